import { useEffect, useRef, useState } from "react";
import { live } from "../api/live";
import type { State } from "./definition";
import { heard, interrupted, settled, silenced, type Speeches } from "./speech";
import type { Visit } from "./steps";

const NOTHING: Speeches = [];
/** Words come one by one: so often, in milliseconds, what came is shown. */
const PAUSE = 100;

/** What models are saying in a run while it is under way. */
export function useSpeech(
  run: string,
  running: boolean,
  went: readonly Visit[],
  states: ReadonlyMap<string, State>,
): Speeches {
  const [shown, setShown] = useState(NOTHING);
  const kept = useRef(NOTHING);
  useEffect(() => {
    if (!running) return;
    let timer = 0;
    const end = live.hear(`runs/${run}`, (words) => {
      kept.current = words === null ? interrupted(kept.current) : heard(kept.current, words);
      timer ||= setTimeout(() => {
        timer = 0;
        setShown(kept.current);
      }, PAUSE);
    });
    return () => {
      end();
      clearTimeout(timer);
      kept.current = NOTHING;
      setShown(NOTHING);
    };
  }, [run, running]);
  const before = useRef<ReadonlyMap<string, number>>(new Map());
  useEffect(() => {
    const now = settled(went, states);
    const rest = silenced(kept.current, before.current, now);
    before.current = now;
    if (rest === kept.current) return;
    kept.current = rest;
    setShown(rest);
  }, [went, states]);
  return shown;
}
