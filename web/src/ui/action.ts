import { useCallback, useState } from "react";
import { explain, Problem } from "../api/client";
import { toast } from "./Toast";

/** Runs one command at a time; what it did or why it did not is said in passing. */
export function useAction(): {
  busy: boolean;
  act: (work: () => Promise<unknown>, said?: string) => Promise<boolean>;
} {
  const [busy, setBusy] = useState(false);
  const act = useCallback(async (work: () => Promise<unknown>, said?: string) => {
    setBusy(true);
    try {
      await work();
      if (said) toast(said);
      return true;
    } catch (error) {
      toast(explain(error), "wrong");
      return false;
    } finally {
      setBusy(false);
    }
  }, []);
  return { busy, act };
}

interface Refusal {
  /** What is wrong, by the field's JSON pointer ("/steps/0/afterMinutes"). */
  fields: Record<string, string>;
  /** What belongs to no field of the form. */
  rest: string | null;
}

const NOTHING_WRONG: Refusal = { fields: {}, rest: null };

export interface Sending {
  busy: boolean;
  wrong: Refusal;
  /** What is wrong with the field at a JSON pointer, or below it. */
  errorAt: (pointer: string) => string | undefined;
  /** Does the work, unless the form itself has mistakes. */
  send: (work: () => Promise<unknown>, mistakes?: Record<string, string>) => Promise<void>;
}

/** How a form is sent: its own mistakes come first, and what the server refuses stands at `fields`. */
export function useSending(...fields: string[]): Sending {
  const [wrong, setWrong] = useState(NOTHING_WRONG);
  const [busy, setBusy] = useState(false);
  const send: Sending["send"] = async (work, mistakes = {}) => {
    setWrong({ fields: mistakes, rest: null });
    if (Object.keys(mistakes).length > 0) return;
    setBusy(true);
    try {
      await work();
    } catch (error) {
      setWrong(refusal(error, fields));
    } finally {
      setBusy(false);
    }
  };
  const errorAt = (pointer: string) =>
    Object.entries(wrong.fields).find(([each]) => isAt(each, pointer))?.[1];
  return { busy, wrong, errorAt, send };
}

const isAt = (pointer: string, field: string) =>
  pointer === field || pointer.startsWith(`${field}/`);

/** Sorts what the server refused to the fields of a form. */
function refusal(error: unknown, known: string[]): Refusal {
  if (!(error instanceof Problem)) return { fields: {}, rest: explain(error) };
  const placed = error.errors.filter((each) => known.some((field) => isAt(each.pointer, field)));
  const all = error.errors.length > 0 && placed.length === error.errors.length;
  return {
    fields: Object.fromEntries(placed.map((each) => [each.pointer, each.detail])),
    rest: all ? null : explain(error),
  };
}
