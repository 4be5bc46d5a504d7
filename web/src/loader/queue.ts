import { call, explain, Problem } from "../api/client";
import { connection } from "../api/connection";
import { session } from "../api/session";
import type { PieceState, Reason } from "./types";

/**
 * What a loader said, kept in the browser until the server has it: nothing is lost when the network
 * drops in the middle of a trailer. Marks are sent one after another, each under a key of its own, so
 * that one that was sent twice counts once.
 */

export interface Mark {
  key: string;
  /** Who said it: on a shared phone nobody's marks are sent in another's name. */
  account: string;
  booking: string;
  sequence: number;
  state: PieceState;
  reason?: Reason;
  note?: string;
  at: string;
}

const KEY = "weft.loading";
/** How long a confirmed mark outweighs an answer that may have been under way before it. */
const SETTLED = 15_000;
const AGAIN = 4_000;

const listeners = new Set<() => void>();
let waiting: Mark[] = read();
let confirmed: (Mark & { until: number })[] = [];
let refused: { mark: Mark; why: string }[] = [];
let account: string | null = null;
let sending: Promise<void> | null = null;
let timer = 0;
let version = 0;

function read(): Mark[] {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(KEY) ?? "[]");
    return Array.isArray(kept) ? kept as Mark[] : [];
  } catch {
    return [];
  }
}

function keep() {
  try {
    localStorage.setItem(KEY, JSON.stringify(waiting));
  } catch {
    // Full or forbidden: the marks stay in memory, and are sent while the page is open.
  }
  version++;
  for (const listener of listeners) listener();
}

const PATHS: Record<PieceState, string> = {
  placed: "placements",
  problem: "problems",
  open: "undo",
};

async function send(mark: Mark) {
  await call(`/api/loads/${mark.booking}/${PATHS[mark.state]}`, {
    method: "POST",
    body: {
      sequence: mark.sequence,
      at: mark.at,
      ...(mark.state === "problem" ? { reason: mark.reason, note: mark.note ?? "" } : {}),
    },
    headers: { "Idempotency-Key": mark.key },
  });
}

/** Whether sending it again later may help. */
function passes(error: unknown): boolean {
  if (!(error instanceof Problem)) return true;
  return error.status >= 500 || [401, 408, 425, 429].includes(error.status);
}

async function drain() {
  clearTimeout(timer);
  // Another tab may have sent some of them meanwhile.
  const kept = new Set(read().map((each) => each.key));
  waiting = waiting.filter((each) => kept.has(each.key) || each.account !== account);
  for (;;) {
    const next = waiting.find((each) => each.account === account);
    if (!next || session.state !== "in") return;
    try {
      await send(next);
      confirmed = confirmed.filter((each) => each.until > Date.now());
      confirmed.push({ ...next, until: Date.now() + SETTLED });
    } catch (error) {
      if (passes(error)) {
        timer = setTimeout(flush, AGAIN);
        return;
      }
      refused = [...refused.slice(-20), { mark: next, why: explain(error) }];
    }
    waiting = waiting.filter((each) => each.key !== next.key);
    keep();
  }
}

function flush(): void {
  if (sending) return;
  const locks = (navigator as { locks?: LockManager }).locks;
  const work = locks ? locks.request("weft.loading", drain) : drain();
  sending = Promise.resolve(work as Promise<void>).finally(() => {
    sending = null;
    if (waiting.some((each) => each.account === account)) {
      clearTimeout(timer);
      timer = setTimeout(flush, AGAIN);
    }
  });
}

connection.onReturn(flush);
addEventListener("online", flush);

function unique(): string {
  return crypto.randomUUID?.() ??
    [...crypto.getRandomValues(new Uint8Array(16))].map((each) =>
      each.toString(16).padStart(2, "0")
    )
      .join("");
}

export const queue = {
  /** Changes whenever the marks do. */
  get version(): number {
    return version;
  },

  subscribe(listener: () => void): () => void {
    listeners.add(listener);
    return () => listeners.delete(listener);
  },

  /** Names who is signed in, and sends what they had left. */
  for(id: string) {
    account = id;
    if (waiting.length > 0) flush();
  },

  add(mark: Omit<Mark, "key" | "account" | "at">) {
    waiting = [...waiting, {
      ...mark,
      key: unique(),
      account: account ?? "",
      at: new Date().toISOString(),
    }];
    keep();
    flush();
  },

  /** How many marks of a booking the server does not have yet. */
  waiting(booking: string): number {
    return waiting.filter((each) => each.booking === booking).length;
  },

  /** What was said last of each piece and may not be in the server's answer yet. */
  said(booking: string): Map<number, Mark> {
    const found = new Map<number, Mark>();
    for (const each of confirmed) {
      if (each.booking === booking && each.until > Date.now()) found.set(each.sequence, each);
    }
    for (const each of waiting) {
      if (each.booking === booking) found.set(each.sequence, each);
    }
    return found;
  },

  /** Takes the refusals that were not shown yet. */
  takeRefused(): { mark: Mark; why: string }[] {
    const taken = refused;
    refused = [];
    return taken;
  },
};
