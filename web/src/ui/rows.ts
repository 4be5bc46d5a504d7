import { type KeyboardEvent, useCallback } from "react";

/**
 * Arrow keys (and j, k) over the rows of a list: the rows are elements with `data-row`, holding a
 * link which Enter follows, or a button which it presses.
 */
export function useRowKeys() {
  return useCallback((event: KeyboardEvent<HTMLElement>) => {
    const step = moves[event.key];
    if (step === undefined || event.metaKey || event.ctrlKey || event.altKey) return;
    if (event.target instanceof HTMLInputElement) return;
    const rows = [...event.currentTarget.querySelectorAll<HTMLElement>("[data-row]")];
    const at = rows.findIndex((row) => row.contains(document.activeElement));
    const to = step === -Infinity
      ? 0
      : step === Infinity
      ? rows.length - 1
      : Math.min(rows.length - 1, Math.max(0, at + step));
    event.preventDefault();
    focusRow(rows[to]);
  }, []);
}

const moves: Record<string, number> = {
  ArrowDown: 1,
  ArrowUp: -1,
  j: 1,
  k: -1,
  Home: -Infinity,
  End: Infinity,
};

export function focusRow(row: HTMLElement | undefined) {
  const link = row?.querySelector<HTMLElement>("a") ??
    (row?.hasAttribute("tabindex") ? row : row?.querySelector<HTMLElement>("button") ?? row);
  link?.focus();
  row?.scrollIntoView({ block: "nearest" });
}
