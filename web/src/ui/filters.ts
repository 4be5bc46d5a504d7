import { useMemo } from "react";
import { setQuery, useLocation } from "../shell/router";

interface Options {
  limit?: number;
  /** The server sorts the list, as the address says. */
  sorted?: boolean;
}

/** A list as the address filters it: where it is read, whether it is all of it, and the way back. */
export function useFilters(list: string, names: readonly string[], options: Options = {}) {
  const { query } = useLocation();
  const { limit = 50, sorted = false } = options;
  const path = useMemo(() => {
    const parts = new URLSearchParams({ limit: String(limit) });
    for (const name of sorted ? [...names, "sort"] : names) {
      const value = query.get(name);
      if (value) parts.set(name, value);
    }
    return `${list}?${parts}`;
  }, [query, list]);
  return {
    path,
    filtered: names.some((name) => query.has(name)),
    clear: () => setQuery(Object.fromEntries(names.map((name) => [name, null]))),
  };
}
