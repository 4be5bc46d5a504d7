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
  /** The run that it started. */
  child: string | null;
}

export interface Visit {
  name: string;
  /** As AWS names it in the history: "Task", "Choice", "Parallel". */
  kind: string;
  /** The Parallel or Map that it ran in. */
  parent: Visit | null;
  /** The branch or iteration within its parent: the event its first state was entered by. */
  lane: number;
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
  /** Of a Map: how many iterations there are to be, and how many have ended. */
  iterations: { of: number; ended: number } | null;
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
  length?: number;
  inputDetails?: { truncated?: boolean };
  resource?: string;
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
    const prior = owner.get(before);
    let visit = prior;
    if (event.type.endsWith("StateEntered")) {
      // After another's end it stands beside that one, else it begins what the other holds.
      const beside = prior?.exitedEvent === before;
      visit = {
        name: details.name ?? "",
        kind: event.type.slice(0, -"StateEntered".length),
        parent: (beside ? prior?.parent : prior) ?? null,
        lane: beside ? prior?.lane ?? event.id : event.id,
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
        index: beside ? prior?.index ?? null : iteration.get(before) ?? prior?.index ?? null,
        iterations: null,
        state: "running",
      };
      found.push(visit);
    } else if (event.type.endsWith("StateExited")) {
      visit = prior?.name === details.name && prior?.exitedEvent === null
        ? prior
        : holder(prior, details.name) ??
          [...found].reverse().find((each) =>
            each.name === details.name && each.exitedEvent === null
          );
      if (visit) {
        visit.exitedEvent = event.id;
        visit.left = at;
        visit.output = details.output;
        visit.outputCut = details.outputDetails?.truncated === true;
        visit.state = visit.error !== null ? "caught" : "done";
      }
    } else if (event.type.startsWith("MapIteration")) {
      // An iteration may follow another's last step; it is the Map's own all the same.
      if (/(Failed|Aborted)$/.test(event.type) && visit) follow(visit, event, details, at);
      visit = holder(prior, details.name) ?? prior;
      if (event.type === "MapIterationStarted") iteration.set(event.id, details.index ?? 0);
      else if (visit?.iterations) visit.iterations.ended++;
    } else if (/^(Parallel|Map)State(Succeeded|Failed|Aborted)$/.test(event.type)) {
      visit = prior?.kind === kindOf(event.type) && prior.exitedEvent === null
        ? prior
        : outer(prior, kindOf(event.type)) ?? prior;
      if (visit) follow(visit, event, details, at);
    } else if (visit && !event.type.startsWith("Execution")) {
      if (event.type === "MapStateStarted") {
        visit.iterations = { of: details.length ?? 0, ended: 0 };
      }
      follow(visit, event, details, at);
    }
    if (visit) owner.set(event.id, visit);
  }
  for (const visit of found) settle(visit, run);
  return found;
}

const kindOf = (type: string) => type.startsWith("Map") ? "Map" : "Parallel";

/** The state of that name that holds a visit, or the visit itself. */
function holder(from: Visit | undefined, name: string | undefined): Visit | undefined {
  for (let at = from ?? null; at; at = at.parent) {
    if (at.name === name && at.exitedEvent === null) return at;
  }
  return undefined;
}

function outer(from: Visit | undefined, kind: string): Visit | undefined {
  for (let at = from?.parent ?? null; at; at = at.parent) {
    if (at.kind === kind && at.exitedEvent === null) return at;
  }
  return undefined;
}

/** How many states a visit is nested in. */
export function depth(visit: Visit): number {
  let found = 0;
  for (let at = visit.parent; at; at = at.parent) found++;
  return found;
}

/** The run that a task of resource startExecution names in its answer. */
function started({ resource, output }: Details): string | null {
  if (!resource?.startsWith("startExecution")) return null;
  const run = (output as { ExecutionArn?: unknown } | null | undefined)?.ExecutionArn;
  return typeof run === "string" ? run : null;
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
      child: null,
    });
    visit.error = null;
    visit.cause = null;
  } else if (event.type === "TaskSubmitted" && last) {
    last.child = started(details);
  } else if (/^(Task|LambdaFunction|Activity).*Succeeded$/.test(event.type) && last) {
    last.to = at;
    last.outcome = "succeeded";
    last.output = details.output;
    last.child ??= started(details);
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
