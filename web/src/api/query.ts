import { useCallback, useEffect, useState, useSyncExternalStore } from "react";
import { call, Problem } from "./client";
import { connection } from "./connection";
import { live } from "./live";
import { session } from "./session";

/**
 * Reading with a memory: what was seen last is shown at once while it is fetched anew, one request
 * serves all who watch the same path. A path that names its topics is read again when the live
 * channel tells of them; while the channel is away, it is polled, as are paths without topics.
 */

interface Entry {
  text: string;
  data: unknown;
  error: unknown;
  at: number;
  loading: Promise<void> | null;
  watchers: Set<() => void>;
  /** How often watchers want it, in milliseconds; 0 is never. */
  interval: number;
  quiet: number;
  timer: number;
  /** The live channel told of a change that no answer shows yet. */
  stale: boolean;
  hurry: number;
}

export interface Query<T> {
  data: T | undefined;
  error: unknown;
  loading: boolean;
  refresh: () => Promise<void>;
}

const entries = new Map<string, Entry>();
const KEPT = 80;

function entry(path: string): Entry {
  let found = entries.get(path);
  if (!found) {
    found = {
      text: "",
      data: undefined,
      error: null,
      at: 0,
      loading: null,
      watchers: new Set(),
      interval: 0,
      quiet: 0,
      timer: 0,
      stale: false,
      hurry: 0,
    };
    entries.set(path, found);
    if (entries.size > KEPT) prune();
  }
  return found;
}

function prune() {
  for (const [path, each] of entries) {
    if (entries.size <= KEPT) return;
    if (each.watchers.size === 0 && !each.loading) entries.delete(path);
  }
}

function tell(each: Entry) {
  for (const watcher of each.watchers) watcher();
}

/** Events come in bursts: one reading serves all of a burst, and none starts beside another. */
const BURST = 120;

function soon(path: string, each: Entry) {
  each.stale = true;
  if (document.hidden) return;
  clearTimeout(each.hurry);
  each.hurry = setTimeout(() => {
    if (each.stale && !each.loading) void load(path, each);
  }, each.at + BURST * 2 > Date.now() ? BURST * 2 : BURST);
}

function load(path: string, each: Entry): Promise<void> {
  clearTimeout(each.timer);
  each.stale = false;
  each.loading ??= fetchInto(path, each);
  return each.loading;
}

async function fetchInto(path: string, each: Entry) {
  let changed = false;
  try {
    const reply = await call(path);
    if (reply.text !== each.text || each.data === undefined) {
      each.text = reply.text;
      each.data = reply.data;
      changed = true;
    }
    if (each.error) changed = true;
    each.error = null;
    each.quiet = changed ? 0 : each.quiet + 1;
  } catch (error) {
    each.quiet += 2;
    // An outage is told by the banner; what is on screen stays there.
    if (each.data === undefined || error instanceof Problem) {
      each.error = error;
      changed = true;
    }
  } finally {
    each.at = Date.now();
    each.loading = null;
    tell(each);
    if (each.stale && each.watchers.size > 0) soon(path, each);
    else plan(path, each);
  }
}

/** Polls at the wanted rate, slower the longer nothing changes, and not at all in a hidden tab. */
function plan(path: string, each: Entry) {
  clearTimeout(each.timer);
  if (each.watchers.size === 0 || each.interval === 0 || document.hidden) return;
  const slower = Math.min(8, 1.25 ** Math.max(0, each.quiet - 5));
  each.timer = setTimeout(() => load(path, each), each.interval * slower);
}

function wake() {
  for (const [path, each] of entries) {
    each.quiet = 0;
    if (each.watchers.size > 0) void load(path, each);
  }
}

document.addEventListener("visibilitychange", () => {
  if (document.hidden) { for (const each of entries.values()) clearTimeout(each.timer); }
  else if (session.state === "in") wake();
});
connection.onReturn(wake);
session.subscribe(() => {
  if (session.state === "out") entries.clear();
});

/** Fetches anew whatever is watched under these paths, and forgets the rest of it. */
export function invalidate(...prefixes: string[]) {
  for (const [path, each] of entries) {
    if (!prefixes.some((prefix) => path.startsWith(prefix))) continue;
    each.quiet = 0;
    if (each.watchers.size > 0) void load(path, each);
    else entries.delete(path);
  }
}

/** Puts an answer of a command where readers of `path` see it at once. */
export function remember(path: string, data: unknown) {
  const each = entry(path);
  each.text = JSON.stringify(data);
  each.data = data;
  each.error = null;
  each.quiet = 0;
  tell(each);
}

const NONE: readonly string[] = [];

/**
 * Watches `path` (null: nothing). It is read again on each event of `topics`; without topics, or
 * while the live channel does not cover them, it is polled every `interval` milliseconds if given.
 */
export function useQuery<T>(
  path: string | null,
  wanted = 0,
  topics: readonly string[] = NONE,
): Query<T> {
  const [, redraw] = useState(0);
  const names = topics.join(" ");
  useEffect(() => {
    if (path === null || names === "") return;
    const ends = names.split(" ").map((name) => live.follow(name, () => soon(path, entry(path))));
    return () => {
      for (const end of ends) end();
    };
  }, [path, names]);
  const covered = useSyncExternalStore(live.subscribe, () => live.covers(topics));
  const interval = covered ? 0 : wanted;
  useEffect(() => {
    if (path === null) return;
    const each = entry(path);
    const watcher = () => redraw((n) => n + 1);
    each.watchers.add(watcher);
    each.interval = interval;
    each.quiet = 0;
    if (Date.now() - each.at > 1000 || each.data === undefined) void load(path, each);
    else plan(path, each);
    return () => {
      each.watchers.delete(watcher);
      if (each.watchers.size === 0) clearTimeout(each.timer);
    };
  }, [path, interval]);
  const refresh = useCallback(
    () => path === null ? Promise.resolve() : load(path, entry(path)),
    [path],
  );
  const each = path === null ? undefined : entries.get(path);
  return {
    data: each?.data as T | undefined,
    error: each?.error ?? null,
    loading: path !== null && each?.data === undefined && !each?.error,
    refresh,
  };
}
