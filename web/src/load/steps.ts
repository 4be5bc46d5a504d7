import { useEffect, useRef, useState } from "react";
import { setQuery } from "../shell/router";

/** Where in the loading sequence one is: at once on screen, and in the address a moment later. */

const SETTLE = 220;
/** The whole sequence takes half a minute at most, and a short one two and a half boxes a second. */
const SECONDS = 30;
const SLOWEST = 2.5;

export interface Steps {
  step: number;
  playing: boolean;
  go: (to: number) => void;
  /** Puts a step that is still to be written into the address at once. */
  flush: () => void;
  play: () => void;
}

export function useSteps(asked: string | null, total: number): Steps {
  const clamp = (to: number) => Math.min(total, Math.max(0, Math.round(to)));
  const inAddress = asked === null ? total : clamp(Number(asked) || 0);
  const [ahead, setAhead] = useState<number | null>(null);
  const [playing, setPlaying] = useState(false);
  const timer = useRef(0);
  const step = clamp(ahead ?? inAddress);

  const write = (to: number) => {
    setQuery({ step: to === total ? null : String(to), box: null });
    setAhead(null);
  };
  const go = (to: number) => {
    const next = clamp(to);
    setPlaying(false);
    setAhead(next);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => write(next), SETTLE);
  };
  const flush = () => {
    clearTimeout(timer.current);
    setPlaying(false);
    if (ahead !== null) write(step);
  };
  useEffect(() => () => clearTimeout(timer.current), []);

  const latest = useRef({ step, write });
  latest.current = { step, write };
  useEffect(() => {
    if (!playing) return;
    const rate = Math.max(SLOWEST, total / SECONDS);
    const start = performance.now();
    const from = latest.current.step >= total ? 0 : latest.current.step;
    setAhead(from);
    let frame = requestAnimationFrame(function next(now) {
      const at = Math.min(total, from + Math.floor(((now - start) / 1000) * rate));
      setAhead(at);
      if (at < total) {
        frame = requestAnimationFrame(next);
        return;
      }
      setPlaying(false);
      latest.current.write(total);
    });
    return () => cancelAnimationFrame(frame);
  }, [playing, total]);

  const play = () => {
    if (playing) latest.current.write(step);
    clearTimeout(timer.current);
    setPlaying(!playing);
  };
  return { step, playing, go, flush, play };
}
