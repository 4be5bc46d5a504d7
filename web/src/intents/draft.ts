import type { Beacon, Cost, Priority, Relation, Remedy, Sensitivity, WholeIntent } from "./types";
import { deadlineProblem, localTime } from "./words";

/** What is written of an intent until it is sent. */

export const DAY = 86_400_000;

export interface Draft {
  domain: string;
  outcome: string;
  deadline: string;
  cost: Cost;
  sensitivity: Sensitivity;
  goal: Beacon["goal"];
  priority: Priority;
  owner: string;
  remedies: Remedy[];
  edges: { relation: Relation; to: string }[];
  opens: boolean;
}

export function draftOf(intent: WholeIntent | null, domain: string | null): Draft {
  return {
    domain: intent?.domain ?? domain ?? "",
    outcome: intent?.desired_outcome ?? "",
    deadline: localTime(new Date(intent?.deadline ?? Date.now() + 30 * DAY)),
    cost: intent?.constraints.cost ?? "medium",
    sensitivity: intent?.constraints.sensitivity ?? "public",
    goal: intent?.goal ?? "maintain",
    priority: intent?.priority ?? "normal",
    owner: intent?.owner.id ?? "",
    remedies: intent?.remedies ?? [],
    edges: [],
    opens: true,
  };
}

/** What is wrong with it at first sight, by JSON pointer. */
export function mistakes(draft: Draft, predicate: string, now: number): Record<string, string> {
  const late = deadlineProblem(draft.deadline, now);
  return {
    ...(draft.outcome.trim().length < 3
      ? { "/desired_outcome": "Say what is wanted, in a sentence." }
      : {}),
    ...(/^[a-z0-9-]+$/.test(draft.domain)
      ? {}
      : { "/domain": "Small letters, digits and -, such as quality." }),
    ...(late ? { "/deadline": late } : {}),
    ...(predicate.trim() ? {} : { "/predicate": "Say how one can tell whether it is so." }),
    ...(draft.edges.some((each) => !each.to) ? { "/edges": "Say what each edge leads to." } : {}),
    ...(draft.remedies.some((each) => !each.workflow || !(each.effect > 0))
      ? { "/remedies": "Each remedy needs a workflow and an effect above 0." }
      : {}),
  };
}

/** What is sent of it. */
export const beaconOf = (draft: Draft, predicate: string): Beacon => ({
  domain: draft.domain,
  desired_outcome: draft.outcome.trim(),
  deadline: new Date(draft.deadline).toISOString(),
  constraints: { cost: draft.cost, sensitivity: draft.sensitivity },
  predicate: predicate.trim(),
  goal: draft.goal,
  priority: draft.priority,
  ...(draft.owner ? { owner: draft.owner } : {}),
  remedies: draft.remedies,
  edges: draft.edges,
  status: draft.opens ? "open" : "proposed",
});
