import { useEffect, useState } from "react";
import { explain, Problem } from "../api/client";
import { check } from "./api";
import type { Checked } from "./types";

/** What the server makes of a predicate's text: what it comes to now, or what is wrong and where. */
export interface Verdict {
  text: string;
  checking: boolean;
  found: Checked | null;
  wrong: { column: number | null; detail: string; nearest: string[] } | null;
}

const NOTHING: Verdict = { text: "", checking: false, found: null, wrong: null };

/** Has the server look at a text as it is written; the answer before stays until the next is there. */
export function useChecked(text: string): Verdict {
  const [verdict, setVerdict] = useState<Verdict>(NOTHING);
  useEffect(() => {
    if (!text.trim()) return setVerdict(NOTHING);
    const abort = new AbortController();
    setVerdict((last) => ({ ...last, checking: true }));
    const timer = setTimeout(async () => {
      try {
        const found = await check(text, abort.signal);
        setVerdict({ text, checking: false, found, wrong: null });
      } catch (error) {
        if (abort.signal.aborted) return;
        setVerdict({ text, checking: false, found: null, wrong: read(error) });
      }
    }, 250);
    return () => {
      clearTimeout(timer);
      abort.abort();
    };
  }, [text]);
  return verdict;
}

function read(error: unknown): NonNullable<Verdict["wrong"]> {
  const body = error instanceof Problem ? (error.body ?? {}) as Record<string, unknown> : {};
  return {
    column: typeof body.column === "number" ? body.column : null,
    // The column is shown by itself.
    detail: explain(error).replace(/^column \d+: /, ""),
    nearest: Array.isArray(body.nearest) ? body.nearest.map(String) : [],
  };
}
