import type { Actor } from "../api/types";

/** The wire shapes of intents. */

export type IntentStatus = "proposed" | "open" | "met" | "missed" | "withdrawn";
export type IntentState = "holds" | "broken" | "no-data" | "no-telemetry";
export type Risk = "none" | "at-risk" | "burning";
export type Cost = "low" | "medium" | "high";
export type Sensitivity = "public" | "restricted";
export type Priority = "low" | "normal" | "high" | "critical";
export type Comparison = ">=" | "<=" | ">" | "<";
export type Fn =
  | "share"
  | "count"
  | "avg"
  | "sum"
  | "min"
  | "max"
  | "rate"
  | "p50"
  | "p99"
  | "last";

export type ConditionValue = boolean | number | string;

export interface Condition {
  field: string;
  comparison: "=" | "!=" | "<" | "<=" | ">" | ">=" | "in";
  value: ConditionValue | ConditionValue[];
}

/** A predicate as an object: what its text says. */
export interface Measure {
  metric: string;
  function: Fn;
  field?: string;
  /** Of a share the good ones, else which are looked at. */
  conditions?: Condition[];
  /** Of a share which are looked at at all. */
  where?: Condition[];
  window: string;
  comparison: Comparison;
  target: number;
}

export interface Remedy {
  workflow: string;
  cost: Cost;
  needsApproval: boolean;
  effect: number;
  judgeAfterSeconds: number;
}

export interface Intent {
  intent_id: string;
  domain: string;
  desired_outcome: string;
  deadline: string;
  constraints: { cost: Cost; sensitivity: Sensitivity };
  predicate: string;
  measure: Measure;
  goal: "maintain" | "achieve";
  priority: Priority;
  owner: Actor;
  remedies: Remedy[];
  status: IntentStatus;
  preset: string | null;
  createdBy: Actor;
  createdAt: string;
  openedAt: string | null;
  closedAt: string | null;
  closedReason: string | null;
  version: number;
  /** null before the first evaluation. */
  state: IntentState | null;
  value: number | null;
  risk: Risk | null;
  evaluatedAt: string | null;
  driftingSince: string | null;
  drifts: number;
  heldSeconds: number;
  brokenSeconds: number;
  unknownSeconds: number;
  uptime: number | null;
  remediations: number;
  remediationsImproved: number;
  decisions: number;
  costMicros: number;
}

export interface BurnLevel {
  name: string;
  longSeconds: number;
  shortSeconds: number;
  long: number | null;
  short: number | null;
  threshold: number;
  fires: boolean;
}

export interface Burn {
  /** The share of errors that is allowed. */
  allowed: number;
  levels: BurnLevel[];
  /** Of the budget from opening to deadline, 1 for all of it. */
  consumed: number | null;
  projected: number | null;
  exhaustedAt: string | null;
}

export interface Trend {
  slopePerDay: number;
  fit: number;
  count: number;
  atDeadline: number;
}

export interface Observation {
  at: string;
  state: IntentState;
  value: number | null;
  good: number | null;
  total: number | null;
  reason: string | null;
  risk: Risk;
  burn: Burn | null;
  trend: Trend | null;
  breaksAt: string | null;
}

export type RemediationStatus =
  | "proposed"
  | "approved"
  | "rejected"
  | "running"
  | "improved"
  | "no-effect"
  | "failed"
  | "refused"
  | "withdrawn";

export interface Remediation {
  id: string;
  intentId: string;
  name: string;
  workflow: string | null;
  cost: string | null;
  rationale: string | null;
  question: string | null;
  reason: string | null;
  answeredBy: Actor | null;
  status: RemediationStatus;
  executionId: string | null;
  decisionId: string | null;
  predicted: number;
  baseline: number | null;
  measured: number | null;
  effect: number | null;
  at: string;
  startedAt: string | null;
  judgeAt: string;
  endedAt: string | null;
}

export type Relation = "serves" | "depends-on" | "touches" | "acted-by";
export type NodeKind = "goal" | "intent" | "agent" | "resource";

export interface Edge {
  from: string;
  relation: Relation;
  to: string;
}

export interface GraphNode {
  /** `kind:key`. */
  node: string;
  kind: NodeKind;
  key: string;
  title: string;
  depth: number;
  status: IntentStatus | null;
  state: IntentState | null;
}

export interface IntentGraph {
  nodes: GraphNode[];
  edges: Edge[];
  /** Whether there was more than is answered. */
  cut: boolean;
}

export interface WholeIntent extends Intent {
  observation: Observation | null;
  edges: Edge[];
  latestRemediations: Remediation[];
}

/** A stretch of time that looked the same. */
export interface Evaluation {
  at: string;
  until: string;
  state: IntentState;
  value: number | null;
  samples: number;
}

export interface MetricField {
  name: string;
  kind: "flag" | "number" | "text";
  help: string;
  values: string[];
}

export interface Metric {
  name: string;
  kind: "records" | "metric" | "series";
  help: string;
  functions: Fn[];
  fields: MetricField[];
}

export interface Catalogue {
  items: Metric[];
  remediations: {
    name: string;
    purpose: string;
    helps: string[];
    workflow: string;
    cost: Cost;
    needsApproval: boolean;
    judgeAfterSeconds: number;
  }[];
}

export interface Checked {
  predicate: string;
  measure: Measure;
  state: IntentState;
  value: number | null;
  good: number | null;
  total: number | null;
  reason: string | null;
  at: string;
}

export interface Report {
  generatedAt: string;
  intentUptime: number | null;
  agentUtilisation: {
    overall: number | null;
    periodSeconds: number;
    agents: { agent: string; utilisation: number }[];
  };
  costPerIntentMicros: number | null;
  totalCostMicros: number;
  decisions: number;
  remediations: { total: number; improved: number };
  counts: Record<
    | IntentStatus
    | "holding"
    | "broken"
    | "unknown"
    | "drifting"
    | "atRisk",
    number
  >;
}

export interface Suggestion {
  id: string;
  at: string;
  updatedAt: string;
  kind: "alarm" | "trend" | "default";
  domain: string;
  desired_outcome: string;
  predicate: string;
  preset: string | null;
  evidence: string[];
}

export interface Widget {
  id: string;
  name: string;
  kind: "uptime" | "state";
  intentId: string | null;
  createdBy: string;
  at: string;
}

export interface NewWidget extends Widget {
  /** Told once only. */
  path: string;
  html: string;
}

export interface Goal {
  key: string;
  title: string;
}

/** What is written of an intent. */
export interface Beacon {
  domain: string;
  desired_outcome: string;
  deadline: string;
  constraints: { cost: Cost; sensitivity: Sensitivity };
  predicate: string;
  goal: Intent["goal"];
  priority: Priority;
  owner?: string;
  remedies: Remedy[];
  edges: { relation: Relation; to: string }[];
  status: "proposed" | "open";
}
