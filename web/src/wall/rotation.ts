import { useEffect, useState } from "react";

/** The time, again each `every` milliseconds. */
export function useNow(every: number): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), every);
    return () => clearInterval(timer);
  }, [every]);
  return now;
}

/** Goes through `length` boards, `seconds` each; arrows go on by hand. */
export function useRotation(length: number, seconds: number): number {
  const [at, setAt] = useState(0);
  useEffect(() => {
    if (length < 2) return setAt(0);
    let timer = 0;
    const plan = () => {
      clearInterval(timer);
      timer = setInterval(() => setAt((before) => (before + 1) % length), seconds * 1000);
    };
    const key = (event: KeyboardEvent) => {
      const step = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? length - 1 : 0;
      if (step === 0) return;
      setAt((before) => (before + step) % length);
      plan();
    };
    plan();
    document.addEventListener("keydown", key);
    return () => {
      clearInterval(timer);
      document.removeEventListener("keydown", key);
    };
  }, [length, seconds]);
  return at % Math.max(1, length);
}
