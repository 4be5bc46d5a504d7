import { useEffect, useState } from "react";
import { Problem as Refusal } from "../api/client";
import type { Problem } from "../ui/JsonEditor";
import { type LoggedEvent, test, type Tested } from "./api";

/** So many of the newest events show what a pattern does. */
export const LAST = 50;

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

/**
 * Tries a pattern as it is written: on the newest of the log (null), or on events that are given;
 * undefined is what is not there yet.
 */
export function useTested(pattern: unknown, events: LoggedEvent[] | null | undefined): Trial {
  const [found, setFound] = useState<Trial>(NOTHING);
  const key = JSON.stringify([pattern, events]);
  useEffect(() => {
    if (pattern === undefined || events === undefined) {
      setFound(NOTHING);
      return;
    }
    const stop = new AbortController();
    const timer = setTimeout(async () => {
      // Where there is none to try it on, the pattern itself is still judged.
      const on = events === null || events.length === 0 ? { last: LAST } : { events };
      try {
        setFound({ results: await test(pattern, on, stop.signal), problems: [], error: null });
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
