import { useEffect } from "react";
import { session } from "../api/session";
import type { IconName } from "../ui/Icon";

export interface Recent {
  path: string;
  label: string;
  icon: IconName;
}

const KEY = "weft.recent";
const KEPT = 8;

/** What was opened last in this tab, the newest first. */
export function recents(): Recent[] {
  try {
    const kept: unknown = JSON.parse(sessionStorage.getItem(KEY) ?? "[]");
    return Array.isArray(kept) ? kept as Recent[] : [];
  } catch {
    return [];
  }
}

/** Remembers the page that is open, once its name is known. */
export function useRecent(path: string, label: string | undefined, icon: IconName) {
  useEffect(() => {
    if (!label) return;
    const others = recents().filter((each) => each.path !== path);
    const kept = [{ path, label, icon }, ...others].slice(0, KEPT);
    sessionStorage.setItem(KEY, JSON.stringify(kept));
  }, [path, label, icon]);
}

// What one person looked at is nobody else's business.
session.subscribe(() => {
  if (session.state === "out") sessionStorage.removeItem(KEY);
});
