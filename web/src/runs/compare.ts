import type { Run } from "../api/types";
import { common, same } from "../ui/jsonDiff";
import type { Machine } from "./definition";
import { inner } from "./definition";
import type { Visit } from "./steps";

/** Puts the steps of two runs beside each other, state by state, what they hold included. */

export interface Pair {
  a: Visit | null;
  b: Visit | null;
  depth: number;
  /** What differs between the two visits; empty when only one run came here, or nothing does. */
  differs: ("state" | "input" | "output" | "error" | "attempts")[];
}

/** Beyond this many pairs of steps, they are paired in their order alone. */
const MOST_PAIRS = 4_000_000;

export function pairs(a: Visit[], b: Visit[]): Pair[] {
  const [insideA, insideB] = [children(a), children(b)];
  const found: Pair[] = [];
  const lanes = (left: Visit[], right: Visit[], depth: number) => {
    const [one, two] = [byLane(left), byLane(right)];
    for (const key of new Set([...one.keys(), ...two.keys()])) {
      level(one.get(key) ?? [], two.get(key) ?? [], depth);
    }
  };
  const level = (left: Visit[], right: Visit[], depth: number) => {
    const matched = left.length * right.length > MOST_PAIRS
      ? []
      : common(left.length, right.length, (x, y) => left[x]?.name === right[y]?.name);
    let [x, y] = [0, 0];
    const alone = (visit: Visit, side: "a" | "b") => {
      found.push({ a: null, b: null, [side]: visit, depth, differs: [] });
      const held = (side === "a" ? insideA : insideB).get(visit) ?? [];
      lanes(side === "a" ? held : [], side === "b" ? held : [], depth + 1);
    };
    for (const [toX, toY] of [...matched, [left.length, right.length] as const]) {
      for (const each of left.slice(x, toX)) alone(each, "a");
      for (const each of right.slice(y, toY)) alone(each, "b");
      const [one, two] = [left[toX], right[toY]];
      if (one && two) {
        found.push({ a: one, b: two, depth, differs: differences(one, two) });
        lanes(insideA.get(one) ?? [], insideB.get(two) ?? [], depth + 1);
      }
      [x, y] = [toX + 1, toY + 1];
    }
  };
  level(insideA.get(null) ?? [], insideB.get(null) ?? [], 0);
  return found;
}

function children(all: Visit[]): Map<Visit | null, Visit[]> {
  const found = new Map<Visit | null, Visit[]>();
  for (const each of all) {
    const list = found.get(each.parent);
    if (list) list.push(each);
    else found.set(each.parent, [each]);
  }
  return found;
}

/** Iterations belong together by their number, branches by the state they begin with. */
function byLane(all: Visit[]): Map<string, Visit[]> {
  const found = new Map<string, Visit[]>();
  const keys = new Map<number, string>();
  for (const each of all) {
    let key = keys.get(each.lane);
    if (key === undefined) {
      key = each.parent?.kind === "Map" ? `#${each.index ?? 0}` : each.name;
      keys.set(each.lane, key);
    }
    found.set(key, [...found.get(key) ?? [], each]);
  }
  return found;
}

function differences(a: Visit, b: Visit): Pair["differs"] {
  const found: Pair["differs"] = [];
  if (a.state !== b.state) found.push("state");
  if (a.attempts.length !== b.attempts.length) found.push("attempts");
  if (a.error !== b.error || a.cause !== b.cause) found.push("error");
  // What was cut for its size is compared once it is fetched.
  if (!a.inputCut && !b.inputCut && !same(a.input, b.input)) found.push("input");
  if (!a.outputCut && !b.outputCut && !same(a.output, b.output)) found.push("output");
  return found;
}

export const took = (visit: Visit | null): number | null =>
  visit?.entered != null && visit.left !== null ? visit.left - visit.entered : null;

/** Where the ways part for the first time: the last step both took, and what came next in each. */
export interface Parting {
  after: Visit | null;
  a: Visit | null;
  b: Visit | null;
}

export function parting(all: Pair[]): Parting | null {
  const at = all.findIndex((each) => each.a === null || each.b === null);
  const first = all[at];
  if (!first) return null;
  const before = all.slice(0, at).reverse().find((each) => each.depth <= first.depth);
  const next = (side: "a" | "b") =>
    all.slice(at).find((each) => each.depth === first.depth && each[side] !== null)?.[side] ?? null;
  return { after: before?.b ?? null, a: next("a"), b: next("b") };
}

/** How two runs differ, in numbers. */
export function tally(all: Pair[]) {
  return {
    both: all.filter((each) => each.a && each.b).length,
    onlyA: all.filter((each) => !each.b).length,
    onlyB: all.filter((each) => !each.a).length,
    differ: all.filter((each) => each.differs.length > 0).length,
  };
}

/** From which state to which a run went. */
export function ways(went: Visit[]): Set<string> {
  const exits = new Map(went.map((each) => [each.exitedEvent, each.name]));
  const found = new Set<string>();
  for (const each of went) {
    const before = exits.get(each.cameFrom);
    if (before) found.add(`${before}>${each.name}`);
  }
  return found;
}

/** One machine with the states and the ways of both, to draw two versions as one picture. */
export function union(a: Machine, b: Machine): Machine {
  if (same(a, b)) return b;
  const States: Machine["States"] = { ...a.States };
  for (const [name, state] of Object.entries(b.States)) {
    const old = a.States[name];
    if (!old) {
      States[name] = state;
      continue;
    }
    const [one, two] = [inner(old), inner(state)];
    const joined = two.map((each, index) => one[index] ? union(one[index]!, each) : each)
      .concat(one.slice(two.length));
    const lost = targets(old).filter((each) => !targets(state).includes(each));
    States[name] = {
      ...state,
      ...(joined.length > 0 ? { Branches: joined } : {}),
      Choices: [...state.Choices ?? [], ...lost.map((Next) => ({ Next }))],
    };
  }
  return { StartAt: b.StartAt, States };
}

function targets(state: Machine["States"][string]): string[] {
  return [
    state.Next,
    state.Default,
    ...(state.Choices ?? []).map((each) => each.Next),
    ...(state.Catch ?? []).map((each) => each.Next),
  ].filter((each): each is string => typeof each === "string");
}

/** Whether two runs followed the same definition. */
export const sameDefinition = (a: Run, b: Run) => same(a.definition ?? null, b.definition ?? null);

/** The screen that compares two runs; without the second, one is asked for it there. */
export function comparePath(ids: string[]): string {
  const parts = new URLSearchParams();
  if (ids[0]) parts.set("a", ids[0]);
  if (ids[1]) parts.set("b", ids[1]);
  return `/runs/compare?${parts}`;
}
