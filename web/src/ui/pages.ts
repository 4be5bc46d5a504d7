import { useMemo, useState } from "react";
import { explain, get } from "../api/client";
import { type Query, useQuery } from "../api/query";
import type { Page } from "../api/types";
import { toast } from "./Toast";

export interface Pages<T, P extends Page<T> = Page<T>> {
  first: Query<P>;
  items: T[];
  /** Whether there are more than are shown. */
  more: boolean;
  busy: boolean;
  loadMore: () => Promise<void>;
}

/** A list by cursor: the first page follows what happens, later ones are added as one asks. */
export function usePages<T extends object, P extends Page<T> = Page<T>>(
  path: string | null,
  id: (item: T) => string,
  interval = 0,
  topics?: readonly string[],
): Pages<T, P> {
  const first = useQuery<P>(path, interval, topics);
  const [older, setOlder] = useState<{ of: string; items: T[]; next: string | null }>();
  const [busy, setBusy] = useState(false);
  const more = path !== null && older?.of === path ? older : undefined;
  const items = useMemo(() => {
    const fresh = first.data?.items ?? [];
    // What is fetched anew may have moved rows into the first page; each is shown once.
    const ids = new Set(fresh.map(id));
    return [...fresh, ...(more?.items ?? []).filter((each) => !ids.has(id(each)))];
    // `id` reads a member and is written anew on each drawing.
  }, [first.data, more]);
  const next = more ? more.next : first.data?.nextCursor ?? null;
  const loadMore = async () => {
    if (!next || path === null || busy) return;
    setBusy(true);
    try {
      const mark = path.includes("?") ? "&" : "?";
      const page = await get<P>(`${path}${mark}cursor=${encodeURIComponent(next)}`);
      setOlder({
        of: path,
        items: [...more?.items ?? [], ...page.items],
        next: page.nextCursor ?? null,
      });
    } catch (error) {
      toast(explain(error), "wrong");
    } finally {
      setBusy(false);
    }
  };
  return { first, items, more: next !== null, busy, loadMore };
}
