import { useEffect, useState } from "react";

interface Lock {
  released: boolean;
  release: () => Promise<void>;
  addEventListener: (type: "release", listener: () => void) => void;
}

/** Keeps the screen on while the page is in sight, where the browser can; says whether it does. */
export function useWakeLock(): boolean {
  const [held, setHeld] = useState(false);
  useEffect(() => {
    const api =
      (navigator as { wakeLock?: { request: (type: "screen") => Promise<Lock> } }).wakeLock;
    if (!api) return undefined;
    let lock: Lock | null = null;
    let gone = false;
    const take = async () => {
      if (document.hidden || (lock && !lock.released)) return;
      try {
        const taken = await api.request("screen");
        if (gone) {
          void taken.release();
          return;
        }
        lock = taken;
        lock.addEventListener("release", () => setHeld(false));
        setHeld(true);
      } catch {
        // Refused, for instance when the battery is low.
      }
    };
    void take();
    document.addEventListener("visibilitychange", take);
    return () => {
      gone = true;
      document.removeEventListener("visibilitychange", take);
      void lock?.release();
    };
  }, []);
  return held;
}
