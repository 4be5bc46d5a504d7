import type { PageAction } from "../shell/actions";
import { useCallback, useMemo, useState } from "react";

export interface Selection {
  ids: string[];
  has: (id: string) => boolean;
  set: (id: string, on: boolean) => void;
  setAll: (ids: string[], on: boolean) => void;
  clear: () => void;
}

/** Which rows are ticked; what is no longer listed is no longer selected. */
export function useSelection(listed: string[]): Selection {
  const [ticked, setTicked] = useState<ReadonlySet<string>>(() => new Set());
  const ids = useMemo(() => listed.filter((id) => ticked.has(id)), [listed, ticked]);
  const setAll = useCallback((changed: string[], on: boolean) => {
    setTicked((before) => {
      const after = new Set(before);
      for (const id of changed) on ? after.add(id) : after.delete(id);
      return after;
    });
  }, []);
  return {
    ids,
    has: (id) => ticked.has(id),
    set: (id, on) => setAll([id], on),
    setAll,
    clear: () => setTicked(new Set()),
  };
}

/** Ticks the row that has the focus, by its key. */
export const selectInFocus = (what: string): PageAction => ({
  id: "select",
  label: `Select the ${what} in focus`,
  icon: "check",
  key: "x",
  keyOnly: true,
  run: () => {
    const row = document.activeElement?.closest("[data-row]");
    row?.querySelector<HTMLInputElement>("input[type=checkbox]")?.click();
  },
});
