import { patch, post } from "../api/client";
import { invalidate } from "../api/query";
import type { Actor } from "../api/types";

/** The wire shapes of schedules, and what can be done with them. */

export type CatchUp = "skip" | "once" | "all";

export type ScheduleTarget =
  | { workflow: string; input?: unknown }
  | { event: { type: string; subject?: string | null; data?: unknown } };

export interface Schedule {
  id: string;
  name: string;
  expression: string;
  timeZone: string;
  start?: string | null;
  end?: string | null;
  target: ScheduleTarget;
  windowSeconds: number;
  catchUp: CatchUp;
  paused: boolean;
  version: number;
  createdAt: string;
  nextAt?: string | null;
  lastFiredAt?: string | null;
  lastDueAt?: string | null;
  lastExecutionId?: string | null;
  lastError?: string | null;
  fired: number;
  owner?: Actor;
}

export type ScheduleBody =
  & Pick<
    Schedule,
    "name" | "expression" | "timeZone" | "target" | "windowSeconds" | "catchUp"
  >
  & { start?: string | null; end?: string | null };

export const SCHEDULES = "/api/schedules";

const path = (id: string) => `${SCHEDULES}/${encodeURIComponent(id)}`;

export async function save(id: string | null, body: ScheduleBody) {
  if (id) await patch(path(id), body);
  else await post(SCHEDULES, body);
  invalidate(SCHEDULES);
}

export async function turn(schedule: Schedule, paused: boolean) {
  await post(`${path(schedule.id)}/${paused ? "pause" : "resume"}`);
  invalidate(SCHEDULES);
}

/** Where the next due times of an expression can be read; null while there is nothing to ask. */
export function occurrencesPath(
  body: Pick<ScheduleBody, "expression" | "timeZone" | "start" | "end">,
  count: number,
): string {
  const parts = new URLSearchParams({
    expression: body.expression,
    timeZone: body.timeZone,
    count: String(count),
  });
  if (body.start) parts.set("start", body.start);
  if (body.end) parts.set("end", body.end);
  return `${SCHEDULES}/occurrences?${parts}`;
}
