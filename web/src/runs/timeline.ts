import type { Run } from "../api/types";
import type { Visit } from "./steps";

/** Where the steps of a run lie in time: rows in the order of a tree, with the parts of each. */

export interface Part {
  from: number;
  to: number;
  /** A try, the pause before the next one, or time that a Wait lets pass. */
  kind: "succeeded" | "failed" | "running" | "pause" | "wait";
}

export interface Row {
  visit: Visit;
  /** Which of the visits to its state it is, from 0. */
  number: number;
  depth: number;
  /** What it holds, in branches or iterations; 0 when it holds nothing. */
  held: number;
  lanes: number;
  /** Milliseconds since the run began. */
  from: number;
  to: number;
  parts: Part[];
}

export interface Span {
  from: number;
  to: number;
}

/** The whole of a run, from 0; a run that goes on ends now. */
export function whole(run: Run, now: number): Span {
  const start = Date.parse(run.startedAt);
  const end = run.endedAt ? Date.parse(run.endedAt) : now;
  return { from: 0, to: Math.max(1, end - start) };
}

/** All rows: each step is followed by what ran in it, branch by branch. */
export function rows(run: Run, went: Visit[], now: number): Row[] {
  const start = Date.parse(run.startedAt);
  const { to: end } = whole(run, now);
  const inside = new Map<Visit | null, Visit[]>();
  const numbers = new Map<Visit, number>();
  const seen = new Map<string, number>();
  for (const visit of went) {
    inside.set(visit.parent, [...inside.get(visit.parent) ?? [], visit]);
    const number = seen.get(visit.name) ?? 0;
    numbers.set(visit, number);
    seen.set(visit.name, number + 1);
  }
  const found: Row[] = [];
  const add = (visit: Visit, depth: number) => {
    const children = inside.get(visit) ?? [];
    const from = visit.entered === null ? 0 : Math.max(0, visit.entered - start);
    const to = visit.left === null ? end : Math.max(from, visit.left - start);
    const lanes = [...new Set(children.map((each) => each.lane))];
    found.push({
      visit,
      number: numbers.get(visit) ?? 0,
      depth,
      held: children.length,
      lanes: lanes.length,
      from,
      to,
      parts: parts(visit, start, from, to),
    });
    for (const lane of lanes) {
      for (const each of children) if (each.lane === lane) add(each, depth + 1);
    }
  };
  for (const visit of inside.get(null) ?? []) add(visit, 0);
  return found;
}

function parts(visit: Visit, start: number, from: number, to: number): Part[] {
  if (visit.kind === "Wait") return [{ from, to, kind: "wait" }];
  const found: Part[] = [];
  let last: number | null = null;
  for (const each of visit.attempts) {
    if (each.from === null) continue;
    const began = each.from - start;
    if (last !== null && began > last) found.push({ from: last, to: began, kind: "pause" });
    const ended = each.to === null ? to : each.to - start;
    found.push({
      from: began,
      to: ended,
      kind: each.outcome === "timed out" ? "failed" : each.outcome,
    });
    last = ended;
  }
  // What is left after a try that failed is the pause before the next, which may be still to come.
  if (last !== null && visit.state === "running" && to > last) {
    const failed = visit.attempts[visit.attempts.length - 1]?.outcome !== "running";
    if (failed) found.push({ from: last, to, kind: "pause" });
  }
  return found;
}

/** The rows that show while some of the states that hold others are folded. */
export function unfolded(all: Row[], folded: ReadonlySet<number>): Row[] {
  const found: Row[] = [];
  let below = Infinity;
  for (const row of all) {
    if (row.depth > below) continue;
    below = row.held > 0 && folded.has(row.visit.enteredEvent) ? row.depth : Infinity;
    found.push(row);
  }
  return found;
}

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const STEPS = [
  ...[1, 2, 5, 10, 20, 50, 100, 200, 500],
  ...[1, 2, 5, 10, 15, 30].map((each) => each * SECOND),
  ...[1, 2, 5, 10, 15, 30].map((each) => each * MINUTE),
  ...[1, 2, 3, 6, 12].map((each) => each * HOUR),
  ...[1, 2, 7, 14, 28, 91, 365].map((each) => each * DAY),
];

/** Round marks within a span, at most `most` of them, in the steps that clocks have. */
export function ticks({ from, to }: Span, most: number): number[] {
  const rough = (to - from) / Math.max(1, most);
  const step = STEPS.find((each) => each >= rough) ?? 365 * DAY * Math.ceil(rough / (365 * DAY));
  const found: number[] = [];
  for (let at = Math.ceil(from / step) * step; at <= to; at += step) found.push(at);
  return found;
}

/** The least that is shown, so that one can always find the way back. */
const LEAST = 2;

/** A span made longer or shorter around a place in it, within the whole. */
export function zoomed(shown: Span, all: Span, factor: number, around: number): Span {
  const most = all.to - all.from;
  const long = Math.min(most, Math.max(Math.min(LEAST, most), (shown.to - shown.from) * factor));
  const share = (around - shown.from) / Math.max(1, shown.to - shown.from);
  return within(all, around - long * share, long);
}

/** A span moved by a share of its length, within the whole. */
export function moved(shown: Span, all: Span, share: number): Span {
  const long = shown.to - shown.from;
  return within(all, shown.from + long * share, long);
}

function within(all: Span, wanted: number, long: number): Span {
  const from = Math.min(Math.max(all.from, wanted), all.to - long);
  return { from, to: from + long };
}
