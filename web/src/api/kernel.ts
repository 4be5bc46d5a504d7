/** The wire shapes of what every installation has: alarms, traces, people, channels. */

import type { Named, Page } from "./types";

export type Severity = "info" | "warning" | "alarm";

export interface Alarm {
  id: string;
  rule: string;
  name: string;
  severity: Severity;
  state: "active" | "cleared";
  acknowledged: boolean;
  acknowledgedBy?: Named | null;
  acknowledgedAt?: string | null;
  note?: string | null;
  raisedAt: string;
  clearedAt?: string | null;
  value?: number | null;
  threshold?: number | null;
  unit?: string | null;
  metric: string;
  detail?: string | null;
  shelvedUntil?: string | null;
  shelvedReason?: string | null;
  /** The values that were judged, the oldest first. */
  datapoints?: Point[];
  traceId?: string | null;
  history?: AlarmMove[];
}

export interface AlarmMove {
  at: string;
  type?: string;
  change?: string;
  actor?: Named | null;
  by?: Named | null;
  note?: string | null;
  reason?: string | null;
  value?: number | null;
}

export interface AlarmList extends Page<Alarm> {
  counts?: { active?: number; unacknowledged?: number };
}

export const STATISTICS = [
  "average",
  "sum",
  "minimum",
  "maximum",
  "rate",
  "ratio",
  "p50",
  "p99",
] as const;

export interface AlarmRule {
  id: string;
  name: string;
  metric: string;
  labels?: Record<string, string>;
  statistic: typeof STATISTICS[number];
  kind: "threshold" | "anomaly";
  comparison: ">" | ">=" | "<" | "<=";
  threshold?: number | null;
  band?: number | null;
  periodSeconds: number;
  periods: number;
  datapointsToAlarm: number;
  missing: "breaching" | "notBreaching" | "ignore" | "missing";
  /** How many periods must be fine before it clears. */
  holdPeriods?: number;
  severity: Severity;
  enabled: boolean;
  isDefault?: boolean;
}

export interface MetricName {
  name: string;
  kind: string;
  help?: string;
  labels?: string[];
}

export interface TraceSummary {
  traceId: string;
  name: string;
  startedAt: string;
  durationMs: number;
  spans: number;
  error: boolean | string | null;
}

export interface Span {
  spanId: string;
  parentId?: string | null;
  name: string;
  service?: string;
  kind?: string;
  startedAt: string;
  durationMs: number;
  error?: boolean | string | null;
  attributes?: Record<string, unknown>;
  events?: { name?: string; at?: string; attributes?: Record<string, unknown> }[];
}

export interface Trace {
  traceId: string;
  spans: Span[];
}

export type LogLevel = "debug" | "info" | "warning" | "error";

export interface LogLine {
  seq: number;
  at: string;
  level: LogLevel;
  message: string;
  fields?: Record<string, unknown>;
  traceId?: string | null;
}

export interface MapNode {
  id: string;
  kind: "ingress" | "event" | "workflow" | "agent" | "tool" | "store" | "channel";
  name: string;
  calls: number;
  errors: number;
  p50Ms?: number | null;
  p99Ms?: number | null;
}

export interface MapEdge {
  from: string;
  to: string;
  calls: number;
  errors: number;
  p99Ms?: number | null;
}

export interface ServiceMap {
  nodes: MapNode[];
  edges: MapEdge[];
}

export interface Point {
  at: string;
  value: number | null;
}

export interface Series {
  name: string;
  points: Point[];
}

export interface Widget {
  id: string;
  title: string;
  kind: "line" | "number" | "bar";
  unit?: string | null;
  help?: string | null;
  value?: number | null;
  series: Series[];
}

export interface Dashboard {
  name: string;
  title: string;
  minutes: number;
  widgets: Widget[];
}

export interface Account {
  id: string;
  kind: "person" | "service";
  name: string;
  email?: string | null;
  roles: string[];
  disabled: boolean;
  totp?: boolean;
  createdAt: string;
  lastSignInAt?: string | null;
  invitation?: string | null;
}

export interface RoleInfo {
  name: string;
  purpose?: string;
}

export interface ApiKey {
  id: string;
  name: string;
  prefix: string;
  roles: string[];
  createdAt: string;
  createdBy?: Named | null;
  expiresAt?: string | null;
  lastUsedAt?: string | null;
  revokedAt?: string | null;
  secret?: string;
}

export interface AuditEntry {
  seq: number;
  at: string;
  actor?: { id: string; kind: string; name?: string | null } | null;
  onBehalfOf?: { id: string; kind?: string; name?: string | null } | null;
  action: string;
  subject?: string | null;
  outcome: "done" | "refused" | "failed";
  detail?: unknown;
  trace?: string | null;
  hash?: string;
}

export interface AuditVerdict {
  ok: boolean;
  entries: number;
  head?: string | null;
  brokenAt: number | null;
}

export interface ChannelTarget {
  id: string;
  kind: "slack" | "teams" | "pagerduty" | "sms";
  name: string;
  url?: string | null;
  routingKey?: string | null;
  minimum: Severity;
  enabled: boolean;
  [field: string]: unknown;
}

export interface DeliveryRow {
  id: string;
  at: string;
  channel: string;
  address?: string | null;
  subject?: string | null;
  severity?: Severity;
  status: "queued" | "sent" | "failed" | "suppressed";
  attempts: number;
  lastError?: string | null;
  nextAttemptAt?: string | null;
}

export interface Webhook {
  id: string;
  name: string;
  url: string;
  events: string[];
  enabled: boolean;
  createdAt?: string;
  /** Why it was turned off by itself. */
  disabledReason?: string | null;
  failingSince?: string | null;
  secret?: string;
}

export interface WebhookDelivery {
  id: string;
  eventId?: string;
  type: string;
  status: string;
  attempts: number;
  responseStatus?: number | null;
  lastError?: string | null;
  at: string;
}

export interface Escalation {
  id: string;
  name: string;
  minimum: Severity;
  steps: { afterMinutes: number; targets: { kind: "role" | "account" | "target"; id: string }[] }[];
  /** The last step again and again until somebody acknowledges; 0 is never. */
  repeatMinutes?: number;
  enabled?: boolean;
}

export interface Session {
  id: string;
  createdAt: string;
  lastUsedAt?: string | null;
  expiresAt?: string | null;
  address?: string | null;
  userAgent?: string | null;
  current?: boolean;
}

export interface ChannelChoice {
  enabled: boolean;
  minimum: Severity;
  address?: string | null;
}

export interface Preferences {
  channels: Partial<Record<"inbox" | "email" | "sms" | "push", ChannelChoice>>;
  quietHours: { from: string; to: string; timeZone: string; exceptAlarm: boolean } | null;
  language?: "en" | "de" | null;
}

export interface SavedView {
  id: string;
  page: string;
  name: string;
  query: string;
  shared: boolean;
  owner?: Named;
}

export interface BulkResult {
  id: string;
  ok: boolean;
  problem?: { detail?: string; title?: string } | null;
}
