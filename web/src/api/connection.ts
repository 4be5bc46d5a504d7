/**
 * Whether the server can be reached. It counts as lost one second after the first failure with no
 * success since; then it is probed until it is back, and everything on screen is fetched anew.
 */

const GRACE = 1000;
const PROBE = 2000;

let lostSince: number | null = null;
let shown = false;
let timer = 0;
const listeners = new Set<() => void>();
const returns = new Set<() => void>();

function tell() {
  for (const listener of listeners) listener();
}

async function probe() {
  try {
    const response = await fetch("/health/live", { cache: "no-store" });
    if (response.ok) {
      connection.works();
      return;
    }
  } catch {
    // Still away.
  }
  if (lostSince === null) return;
  if (!shown) {
    shown = true;
    tell();
  }
  timer = setTimeout(probe, PROBE);
}

export const connection = {
  /** When the first failure was, once the loss is certain. */
  get lostSince(): number | null {
    return shown ? lostSince : null;
  },

  subscribe(listener: () => void): () => void {
    listeners.add(listener);
    return () => listeners.delete(listener);
  },

  /** Calls `listener` each time the server comes back. */
  onReturn(listener: () => void): () => void {
    returns.add(listener);
    return () => returns.delete(listener);
  },

  works() {
    if (lostSince === null) return;
    const wasShown = shown;
    lostSince = null;
    shown = false;
    clearTimeout(timer);
    if (wasShown) {
      tell();
      for (const listener of returns) listener();
    }
  },

  fails() {
    if (lostSince !== null) return;
    lostSince = Date.now();
    timer = setTimeout(() => {
      if (lostSince !== null) {
        shown = true;
        tell();
        probe();
      }
    }, GRACE);
  },
};

/** An answer that was under way when the network went would hide the loss: look once more. */
async function look() {
  if (lostSince !== null) return;
  try {
    await fetch("/health/live", { cache: "no-store" });
  } catch {
    connection.fails();
  }
}

addEventListener("offline", () => {
  connection.fails();
  setTimeout(look, GRACE);
});
addEventListener("online", () => {
  if (lostSince !== null) {
    clearTimeout(timer);
    probe();
  }
});
