import { call, get, patch, post } from "../api/client";
import { invalidate } from "../api/query";
import type { Actor, Page } from "../api/types";

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

export interface DeadLetter {
  id: string;
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

export async function changeRule(name: string, body: Partial<RuleBody> & { reason?: string }) {
  await patch(rulePath(name), body);
  invalidate(RULES);
}

export async function deleteRule(name: string) {
  await call(rulePath(name), { method: "DELETE" });
  invalidate(RULES);
}

/** What a pattern makes of the newest logged events, or of those given. */
export async function test(
  pattern: unknown,
  of: { events: unknown[] } | { last: number },
  signal?: AbortSignal,
): Promise<Tested[]> {
  const { data } = await call(`${RULES}/test`, {
    method: "POST",
    body: { pattern, ...of },
    signal,
  });
  return (data as { results: Tested[] }).results;
}

export interface ReplayCount {
  events: number;
  matched: number;
}

/** How many events of a time range a draft would have matched; nothing is delivered. */
export function countReplay(pattern: unknown, from: string, to: string): Promise<ReplayCount> {
  return post(`${EVENTS}/replay`, { pattern, from, to, dryRun: true });
}

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

export const newest = (limit: number) => get<Page<LoggedEvent>>(`${EVENTS}?limit=${limit}`);
