import type { WorkflowDefinition } from "../api/types";

/** What the graph reads of a States Language definition, nested machines included. */

export interface Retrier {
  ErrorEquals?: string[];
  IntervalSeconds?: number;
  MaxAttempts?: number;
  BackoffRate?: number;
}

export interface State {
  Type: string;
  Comment?: string;
  Resource?: string;
  Next?: string;
  Default?: string;
  End?: boolean;
  Choices?: Record<string, unknown>[];
  Catch?: { Next: string; ErrorEquals?: string[] }[];
  Retry?: Retrier[];
  Branches?: Machine[];
  Iterator?: Machine;
  ItemProcessor?: Machine;
}

export interface Machine {
  StartAt: string;
  States: Record<string, State>;
}

export interface Arrow {
  from: string;
  to: string;
  kind: "next" | "choice" | "default" | "catch";
  label: string;
}

export const machineOf = (definition: WorkflowDefinition) => definition as unknown as Machine;

/** The machines within a state: the branches of a Parallel, the iteration of a Map. */
export function inner(state: State): Machine[] {
  const iteration = state.ItemProcessor ?? state.Iterator;
  return state.Branches ?? (iteration ? [iteration] : []);
}

/** All states by name, nested ones included; names are unique in the whole definition. */
export function allStates(machine: Machine): Map<string, State> {
  const found = new Map<string, State>();
  for (const [name, state] of Object.entries(machine.States)) {
    found.set(name, state);
    for (const each of inner(state)) {
      for (const [key, value] of allStates(each)) found.set(key, value);
    }
  }
  return found;
}

export function arrows(machine: Machine): Arrow[] {
  const found: Arrow[] = [];
  const add = (from: string, to: unknown, kind: Arrow["kind"], label: string) => {
    if (typeof to !== "string" || !machine.States[to]) return;
    const known = found.find((each) => each.from === from && each.to === to && each.kind === kind);
    if (!known) found.push({ from, to, kind, label });
    else if (label && !known.label.includes(label)) known.label += ` or ${label}`;
  };
  for (const [name, state] of Object.entries(machine.States)) {
    for (const rule of state.Choices ?? []) add(name, rule.Next, "choice", condition(rule));
    add(name, state.Default, "default", "otherwise");
    add(name, state.Next, "next", "");
    for (const each of state.Catch ?? []) {
      const errors = (each.ErrorEquals ?? []).map((error) => error.replace(/^States\./, ""));
      add(name, each.Next, "catch", errors.includes("ALL") ? "any error" : errors.join(", "));
    }
  }
  return found;
}

const SIGNS: [RegExp, string][] = [
  [/GreaterThanEquals/, "≥"],
  [/LessThanEquals/, "≤"],
  [/GreaterThan/, ">"],
  [/LessThan/, "<"],
  [/Equals/, "="],
  [/Matches/, "like"],
];

/** A rule of a Choice in a few words: `fits = true`, `not open`, `tries ≥ 3`. */
export function condition(rule: Record<string, unknown>): string {
  const list = (key: string) => rule[key] as Record<string, unknown>[] | undefined;
  if (list("And")) return list("And")?.map(condition).join(" and ") ?? "";
  if (list("Or")) return list("Or")?.map(condition).join(" or ") ?? "";
  if (rule.Not) return `not ${condition(rule.Not as Record<string, unknown>)}`;
  if (typeof rule.Condition === "string") return rule.Condition.replace(/^\{%\s*|\s*%\}$/g, "");
  const name = String(rule.Variable ?? "").replace(/^\$\.?/, "").split(".").pop() ?? "";
  for (const [key, value] of Object.entries(rule)) {
    if (["Variable", "Next", "Comment"].includes(key)) continue;
    if (key.startsWith("Is")) {
      const what = key.slice(2).toLowerCase();
      return `${name} is ${value === false ? "not " : ""}${what}`;
    }
    const sign = SIGNS.find(([pattern]) => pattern.test(key))?.[1] ?? key;
    if (value === true && sign === "=") return name;
    if (value === false && sign === "=") return `not ${name}`;
    const said = typeof value === "string" ? value.replace(/^\$\.?/, "") : JSON.stringify(value);
    return `${name} ${sign} ${said}`;
  }
  return name;
}
