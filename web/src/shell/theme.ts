import { useSyncExternalStore } from "react";

export type Theme = "system" | "light" | "dark";

const KEY = "weft.theme";
const listeners = new Set<() => void>();

function read(): Theme {
  const stored = localStorage.getItem(KEY);
  return stored === "light" || stored === "dark" ? stored : "system";
}

function apply(theme: Theme) {
  if (theme === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
}

apply(read());

export function setTheme(theme: Theme) {
  if (theme === "system") localStorage.removeItem(KEY);
  else localStorage.setItem(KEY, theme);
  apply(theme);
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void) {
  const scheme = matchMedia("(prefers-color-scheme: dark)");
  listeners.add(listener);
  scheme.addEventListener("change", listener);
  return () => {
    listeners.delete(listener);
    scheme.removeEventListener("change", listener);
  };
}

export const useTheme = (): Theme => useSyncExternalStore(subscribe, read);

/** Whether dark is what is shown now. */
export function useDark(): boolean {
  return useSyncExternalStore(subscribe, () => {
    const theme = read();
    return theme === "dark" ||
      (theme === "system" && matchMedia("(prefers-color-scheme: dark)").matches);
  });
}
