import { useEffect, useMemo, useState } from "react";
import { Problem as Refusal } from "../api/client";
import type { Problem } from "../ui/JsonEditor";
import { useQuery } from "../api/query";
import type { Page } from "../api/types";
import { EVENTS, type LoggedEvent, test, type Tested } from "./api";

/** So many of the newest events show what a pattern does. */
export const LAST = 50;

/** What one request may carry, with room to spare. */
const MOST_BYTES = 700_000;

/** The newest events of the log, followed; as many as can be tried at once. */
export function useNewest(wanted: boolean): LoggedEvent[] | undefined {
  const found = useQuery<Page<LoggedEvent>>(wanted ? `${EVENTS}?limit=${LAST}` : null, 10_000);
  return useMemo(() => {
    let left = MOST_BYTES;
    return found.data?.items.filter((each) => (left -= JSON.stringify(each).length * 2) > 0);
  }, [found.data]);
}

export interface Trial {
  /** What the pattern makes of each event; null while it is being found out. */
  results: Tested[] | null;
  /** What is wrong with the pattern, at its places. */
  problems: Problem[];
  /** What else went wrong. */
  error: unknown;
}

const NOTHING: Trial = { results: null, problems: [], error: null };
const BELOW = "/pattern";
/** Where there is none to try it on, the pattern itself is still judged. */
const NO_EVENT = {} as LoggedEvent;

/** Tries a pattern on events as it is written; undefined is what is not there yet. */
export function useTested(pattern: unknown, events: LoggedEvent[] | undefined): Trial {
  const [found, setFound] = useState<Trial>(NOTHING);
  const key = JSON.stringify([pattern, events]);
  useEffect(() => {
    if (pattern === undefined || events === undefined) {
      setFound(NOTHING);
      return;
    }
    const stop = new AbortController();
    const timer = setTimeout(async () => {
      try {
        const results = await test(pattern, events.length > 0 ? events : [NO_EVENT], stop.signal);
        setFound({ results: events.length > 0 ? results : [], problems: [], error: null });
      } catch (error) {
        if (!stop.signal.aborted) setFound(refused(error));
      }
    }, 250);
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
  }, [key]);
  return found;
}

/** What the server says of the pattern stands in it; the rest stands beside. */
function refused(error: unknown): Trial {
  if (!(error instanceof Refusal)) return { ...NOTHING, error };
  const problems = error.errors
    .filter((each) => each.pointer === BELOW || each.pointer.startsWith(`${BELOW}/`))
    .map((each) => ({ pointer: each.pointer.slice(BELOW.length), message: each.detail }));
  return problems.length > 0 ? { results: null, problems, error: null } : { ...NOTHING, error };
}
