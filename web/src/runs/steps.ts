import type { Run, RunEvent } from "../api/types";
import { duration } from "../ui/format";

/** Reads a history: which states were entered when, with what, how often they were tried. */

export type StepState = "waiting" | "running" | "done" | "caught" | "failed" | "stopped";

export interface Attempt {
  from: number | null;
  to: number | null;
  /** What the task was given. */
  parameters?: unknown;
  output?: unknown;
  error: string | null;
  cause: string | null;
  outcome: "running" | "succeeded" | "failed" | "timed out";
}

export interface Visit {
  name: string;
  enteredEvent: number;
  /** The event that entering followed from: what was left before. */
  cameFrom: number;
  exitedEvent: number | null;
  entered: number | null;
  left: number | null;
  input: unknown;
  inputCut: boolean;
  output: unknown;
  outputCut: boolean;
  attempts: Attempt[];
  error: string | null;
  cause: string | null;
  /** Which iteration of a Map it belongs to. */
  index: number | null;
  state: StepState;
}

interface Details {
  name?: string;
  input?: unknown;
  output?: unknown;
  parameters?: unknown;
  error?: string;
  cause?: string;
  index?: number;
  inputDetails?: { truncated?: boolean };
  outputDetails?: { truncated?: boolean };
}

export function detailsOf(event: RunEvent): Details {
  for (const [key, value] of Object.entries(event)) {
    if (key.endsWith("EventDetails") && typeof value === "object" && value !== null) {
      return value as Details;
    }
  }
  return {};
}

export function moment(event: RunEvent): number | null {
  const text = event.timestamp ?? event.at;
  const at = text ? Date.parse(text) : NaN;
  return Number.isNaN(at) ? null : at;
}

/** Every visit of every state in the order of entering, nested ones included. */
export function visits(run: Run): Visit[] {
  const found: Visit[] = [];
  /** Whose an event is: found by following what it came from. */
  const owner = new Map<number, Visit>();
  const iteration = new Map<number, number>();
  for (const event of run.history ?? []) {
    const before = Number(event.previousEventId ?? 0);
    const details = detailsOf(event);
    const at = moment(event);
    let visit = owner.get(before);
    const index = event.type === "MapIterationStarted"
      ? details.index ?? null
      : iteration.get(before) ?? null;
    if (index !== null) iteration.set(event.id, index);
    if (event.type.endsWith("StateEntered")) {
      visit = {
        name: details.name ?? "",
        enteredEvent: event.id,
        cameFrom: before,
        exitedEvent: null,
        entered: at,
        left: null,
        input: details.input,
        inputCut: details.inputDetails?.truncated === true,
        output: undefined,
        outputCut: false,
        attempts: [],
        error: null,
        cause: null,
        index,
        state: "running",
      };
      found.push(visit);
    } else if (event.type.endsWith("StateExited")) {
      visit = visit?.name === details.name && visit?.exitedEvent === null
        ? visit
        : [...found].reverse().find((each) =>
          each.name === details.name && each.exitedEvent === null
        );
      if (visit) {
        visit.exitedEvent = event.id;
        visit.left = at;
        visit.output = details.output;
        visit.outputCut = details.outputDetails?.truncated === true;
        visit.state = visit.error !== null ? "caught" : "done";
      }
    } else if (visit && !event.type.startsWith("Execution")) {
      follow(visit, event, details, at);
    }
    if (visit) owner.set(event.id, visit);
  }
  for (const visit of found) settle(visit, run);
  return found;
}

function follow(visit: Visit, event: RunEvent, details: Details, at: number | null) {
  const last = visit.attempts[visit.attempts.length - 1];
  if (/Scheduled$/.test(event.type)) {
    visit.attempts.push({
      from: at,
      to: null,
      parameters: details.parameters ?? details.input,
      error: null,
      cause: null,
      outcome: "running",
    });
    visit.error = null;
    visit.cause = null;
  } else if (/^(Task|LambdaFunction|Activity).*Succeeded$/.test(event.type) && last) {
    last.to = at;
    last.outcome = "succeeded";
    last.output = details.output;
  } else if (/(Failed|TimedOut)$/.test(event.type)) {
    visit.error = details.error ?? visit.error ??
      (event.type.endsWith("TimedOut") ? "States.Timeout" : "failed");
    visit.cause = details.cause ?? visit.cause;
    if (last && last.outcome === "running") {
      last.to = at;
      last.outcome = event.type.endsWith("TimedOut") ? "timed out" : "failed";
      last.error = visit.error;
      last.cause = visit.cause;
    }
  } else if (/Aborted$/.test(event.type)) {
    visit.left = at;
    visit.state = "stopped";
  }
}

/** What is still open when the run has ended did not end well. */
function settle(visit: Visit, run: Run) {
  if (visit.exitedEvent !== null || visit.state === "stopped") return;
  if (run.status === "RUNNING") {
    // A failed try whose next one is still to come counts as running.
    visit.state = "running";
    return;
  }
  const end = run.endedAt ? Date.parse(run.endedAt) : NaN;
  visit.left ??= Number.isNaN(end) ? null : end;
  visit.state = run.status === "SUCCEEDED"
    ? "done"
    : run.status === "ABORTED"
    ? "stopped"
    : "failed";
  if (visit.state === "failed" && visit.error === null) {
    visit.error = run.error ?? null;
    visit.cause = run.cause ?? null;
  }
}

/** What one state came to over all its visits. */
export function summary(of: Visit[]): StepState {
  for (const state of ["running", "failed", "stopped", "caught"] as const) {
    if (of.some((each) => each.state === state)) return state;
  }
  return of.length > 0 ? "done" : "waiting";
}

export const retries = (of: Visit[]) =>
  of.reduce((sum, each) => sum + Math.max(0, each.attempts.length - 1), 0);

/** So many milliseconds in words; the history knows no finer ones. */
export const span = (milliseconds: number) =>
  milliseconds < 1 ? "< 1 ms" : duration(milliseconds * 1000);
