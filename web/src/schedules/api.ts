import { call, post } from "../api/client";
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
  if (id) await call(path(id), { method: "PUT", body });
  else await post(SCHEDULES, body);
  invalidate(SCHEDULES);
}

export async function turn(schedule: Schedule, paused: boolean) {
  await post(`${path(schedule.id)}/${paused ? "pause" : "resume"}`);
  invalidate(SCHEDULES);
}

/** The next due times of what is being written. */
export async function preview(
  timing: Pick<ScheduleBody, "expression" | "timeZone" | "start" | "end">,
  count: number,
  signal: AbortSignal,
): Promise<string[]> {
  const { data } = await call(`${SCHEDULES}/preview`, {
    method: "POST",
    body: { ...timing, count },
    signal,
  });
  return (data as { occurrences: string[] }).occurrences;
}
