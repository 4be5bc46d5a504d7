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

export interface Refusal {
  /** What is wrong, by the field's JSON pointer ("/steps/0/afterMinutes"). */
  fields: Record<string, string>;
  /** What belongs to no field of the form. */
  rest: string | null;
}

export const NOTHING_WRONG: Refusal = { fields: {}, rest: null };

/** Sorts what the server refused to the fields of a form. */
export function refusal(error: unknown, known: (pointer: string) => boolean): Refusal {
  const fields: Record<string, string> = {};
  if (!(error instanceof Problem)) return { fields, rest: explain(error) };
  let placed = 0;
  for (const each of error.errors) {
    if (!known(each.pointer)) continue;
    fields[each.pointer] = each.detail;
    placed += 1;
  }
  const all = error.errors.length > 0 && placed === error.errors.length;
  return { fields, rest: all ? null : explain(error) };
}
