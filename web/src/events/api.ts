import { call, patch, post } from "../api/client";
import { invalidate } from "../api/query";
import type { Actor } from "../api/types";

/** The wire shapes of events, rules and dead letters, and what can be done with them. */

export type Severity = "info" | "warning" | "alarm";

export type RuleTarget =
  | { kind: "workflow"; workflow: string }
  | { kind: "agent"; agent: string }
  | { kind: "webhook"; webhook: string }
  | {
    kind: "notification";
    roles: string[];
    severity: Severity;
    subject: string;
    text: string;
  }
  | { kind: "forward"; type: string };

export interface EventRule {
  name: string;
  description: string;
  pattern: unknown;
  target: RuleTarget;
  enabled: boolean;
  version: number;
  createdAt: string;
  changedAt: string;
}

export interface LoggedEvent {
  id: string;
  seq: number;
  type: string;
  source: string;
  subject?: string | null;
  time: string;
  data?: unknown;
  actor?: Actor;
  [other: string]: unknown;
}

/** One thing that a pattern wants, what was there, and why that is not enough. */
export interface Leaf {
  pointer: string;
  path: string;
  wanted: unknown;
  found: unknown[];
  matched: boolean;
  reason?: string;
}

export interface Explanation {
  matched: boolean;
  leaves: Leaf[];
  /** Each of these is satisfied, but never by one element of an array together. */
  conflicts?: { pointers: string[]; reason: string }[];
  /** The alternatives of `$or`. */
  branches?: { matched: boolean; pointers: string[] }[];
}

/** What a pattern makes of one event. */
export interface Tested {
  event: LoggedEvent;
  matched: boolean;
  explanation?: Explanation;
}

/** How many events of a stretch of time a draft would have matched. */
export interface Counted {
  events: number;
  matched: number;
  /** Whether all events of the time were looked at. */
  complete: boolean;
}

export interface Replay {
  id: string;
  rule: string;
  from: string;
  to: string;
  status: "running" | "done" | "cancelled";
  /** From 0 to 1. */
  progress: number;
  examined: number;
  delivered: number;
  failed: number;
  reason: string;
  requestedBy: string;
  createdAt: string;
  finishedAt?: string | null;
}

export interface DeadLetter {
  id: string;
  /** Of a replay, `rule#replay`. */
  rule: string;
  eventSeq: number;
  reason: string;
  attempts: number;
  at: string;
  event?: LoggedEvent | null;
}

export interface Outcome {
  id: string;
  ok: boolean;
  problem?: { code?: string; title?: string; detail?: string } | null;
}

export const RULES = "/api/event-rules";
export const EVENTS = "/api/events";
export const LETTERS = "/api/dead-letters";

export const rulePath = (name: string) => `${RULES}/${encodeURIComponent(name)}`;

export type RuleBody = Pick<EventRule, "name" | "description" | "target" | "enabled"> & {
  pattern: unknown;
};

export async function createRule(body: RuleBody) {
  await post(RULES, body);
  invalidate(RULES);
}

export async function changeRule(name: string, body: Partial<RuleBody>) {
  await patch(rulePath(name), body);
  invalidate(RULES);
}

export async function deleteRule(name: string, reason: string) {
  await call(`${rulePath(name)}?reason=${encodeURIComponent(reason)}`, { method: "DELETE" });
  // The lists only: the rule itself is still on the screen, and would be asked for in vain.
  invalidate(`${RULES}?`);
}

/** What a pattern makes of some events, or of so many of the newest, and why. */
export async function test(
  pattern: unknown,
  on: { events: LoggedEvent[] } | { last: number },
  signal?: AbortSignal,
): Promise<Tested[]> {
  const body = { pattern, ...on };
  const { data } = await call(`${RULES}/test`, { method: "POST", body, signal });
  return (data as { results: Tested[] }).results;
}

/** Counts what a draft would have matched; nothing is delivered. */
export function countMatches(pattern: unknown, from: string, to: string): Promise<Counted> {
  return post(`${EVENTS}/replay`, { pattern, from, to, dryRun: true });
}

export const explainPath = (event: string, rule: string) =>
  `${EVENTS}/${encodeURIComponent(event)}/explain?rule=${encodeURIComponent(rule)}`;

export const REPLAYS = "/api/event-replays";

/** Gives a rule the events of a stretch of time once more. */
export async function replay(rule: string, from: string, to: string, reason: string) {
  await post(REPLAYS, { rule, from, to, reason });
  invalidate(REPLAYS);
}

export async function cancelReplay(id: string, reason: string) {
  await post(`${REPLAYS}/${encodeURIComponent(id)}/cancel`, { reason });
  invalidate(REPLAYS);
}

export const letterPath = (id: string) => `${LETTERS}/${encodeURIComponent(id)}`;

export async function redrive(which: { ids: string[] } | { rule: string }): Promise<Outcome[]> {
  const { results } = await post<{ results: Outcome[] }>(`${LETTERS}/redrive`, which);
  invalidate(LETTERS);
  return results;
}

export async function discard(ids: string[], reason: string): Promise<Outcome[]> {
  const { results } = await post<{ results: Outcome[] }>(`${LETTERS}/discard`, { ids, reason });
  invalidate(LETTERS);
  return results;
}
