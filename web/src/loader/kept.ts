import { session } from "../api/session";
import type { LoadSheet } from "./types";

/**
 * The load that was open last, kept in the browser, so that a reload without a network finds it. It
 * goes when its reader signs out, and is never shown to somebody who is not signed in.
 */

interface Kept {
  /** The booking or order of the address it was open at. */
  id: string;
  account: string;
  sheet: LoadSheet;
}

const KEY = "weft.load";

function forget() {
  if (session.state === "out") localStorage.removeItem(KEY);
}

forget();
session.subscribe(forget);

export function keepLoad(kept: Kept) {
  try {
    localStorage.setItem(KEY, JSON.stringify(kept));
  } catch {
    // Full or forbidden: then it is only not there after a reload without a network.
    localStorage.removeItem(KEY);
  }
}

export function keptLoad(id: string): Kept | null {
  try {
    const kept: Kept | null = JSON.parse(localStorage.getItem(KEY) ?? "null");
    return kept?.id === id && session.state !== "out" ? kept : null;
  } catch {
    return null;
  }
}
