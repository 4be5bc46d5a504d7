import type {
  AgentSummary,
  Decision,
  Run,
  RunEvent,
  ToolCall,
  WorkflowDefinition,
} from "../api/types";
import { humanise } from "../ui/format";

/** Reads a run against its definition: which steps there are, whose they are, how far it is. */

export type StepState = "done" | "running" | "failed" | "waiting" | "skipped";

export interface Step {
  key: string;
  label: string;
  note: string;
  lane: number;
  state: StepState;
  micros: number | null;
  /** A tool call an agent made within the step above. */
  inner: boolean;
}

export interface Flow {
  lanes: string[];
  steps: Step[];
  /** Steps of the intended way, and how many of them are done. */
  planned: number;
  done: number;
}

export interface Visit {
  name: string;
  entered: number | null;
  left: number | null;
  failed: boolean;
  /** Still inside when the history ends. */
  open: boolean;
}

const SHOWN = new Set(["Task", "Parallel", "Map", "Wait"]);

export function eventTime(event: RunEvent): string | null {
  return event.at ?? event.timestamp ?? null;
}

export function eventState(event: RunEvent): string | null {
  return event.stateEnteredEventDetails?.name ?? event.stateExitedEventDetails?.name ??
    event.name ?? null;
}

/** The states a history went through, in order. */
export function visits(history: RunEvent[]): Visit[] {
  const found: Visit[] = [];
  let current: Visit | undefined;
  for (const event of history) {
    const at = eventTime(event);
    const moment = at ? Date.parse(at) : NaN;
    if (event.type.endsWith("StateEntered")) {
      current = {
        name: eventState(event) ?? "",
        entered: Number.isNaN(moment) ? null : moment,
        left: null,
        failed: event.type.startsWith("Fail"),
        open: true,
      };
      found.push(current);
    } else if (event.type.endsWith("StateExited")) {
      const name = eventState(event);
      const visit = [...found].reverse().find((each) => each.open && each.name === name);
      if (visit) {
        visit.left = Number.isNaN(moment) ? null : moment;
        visit.open = false;
      }
    } else if (current && /(Failed|TimedOut)$/.test(event.type)) {
      if (!event.type.startsWith("Execution")) current.failed = true;
    }
  }
  return found;
}

/** The states on the longest way from the start, without the ways that errors take. */
export function mainPath(definition: WorkflowDefinition): string[] {
  const known = new Map<string, string[]>();
  const longest = (name: string, seen: Set<string>): string[] => {
    const state = definition.States[name];
    if (!state || seen.has(name)) return [];
    const cached = known.get(name);
    if (cached) return cached;
    seen.add(name);
    let best: string[] = [];
    for (const next of nexts(definition, name)) {
      const way = longest(next, seen);
      if (way.length > best.length) best = way;
    }
    seen.delete(name);
    const path = [name, ...best];
    known.set(name, path);
    return path;
  };
  return longest(definition.StartAt, new Set());
}

export function nexts(definition: WorkflowDefinition, name: string): string[] {
  const state = definition.States[name];
  if (!state) return [];
  const all = [state.Next, ...(state.Choices ?? []).map((each) => each.Next), state.Default];
  return [...new Set(all.filter((each): each is string => typeof each === "string"))];
}

/** `logistics.book-vehicle` of `weft:tool:logistics.book-vehicle`. */
function resourceName(resource: string | undefined): string {
  return resource?.split(":").slice(2).join(":") ?? "";
}

export function flow(run: Run, agents: AgentSummary[], decisions: Decision[]): Flow {
  const definition = run.definition;
  if (!definition) return { lanes: [], steps: [], planned: 0, done: 0 };
  const names = agents.map((each) => each.name);
  const owner = (resource: string | undefined): number => {
    const name = resourceName(resource);
    if (resource?.startsWith("weft:agent:")) return Math.max(0, names.indexOf(name));
    const tool = (each: AgentSummary["tools"][number]) =>
      typeof each === "string" ? each : each.name;
    return Math.max(0, agents.findIndex((agent) => agent.tools.some((t) => tool(t) === name)));
  };
  const path = mainPath(definition);
  const went = visits(run.history ?? []);
  const last = new Map(went.map((each) => [each.name, each]));
  const aside = went.map((each) => each.name).filter((name) => !path.includes(name));
  const shown = [...path, ...new Set(aside)].filter((name) =>
    SHOWN.has(definition.States[name]?.Type ?? "")
  );
  const mine = decisions.filter((each) => each.executionId === run.id);
  const tools = new Set(
    shown.map((name) => resourceName(definition.States[name]?.Resource)),
  );
  const steps: Step[] = [];
  for (const name of shown) {
    const state = definition.States[name];
    if (!state) continue;
    const visit = last.get(name);
    const lane = owner(state.Resource);
    steps.push({
      key: name,
      label: humanise(name),
      note: state.Comment ?? "",
      lane,
      state: stepState(visit, run),
      micros: visit?.entered && visit.left ? Math.max(0, visit.left - visit.entered) * 1000 : null,
      inner: false,
    });
    if (!state.Resource?.startsWith("weft:agent:")) continue;
    const decision = mine.find((each) => each.agent === resourceName(state.Resource));
    for (const [index, call] of (decision?.toolCalls ?? []).entries()) {
      // A tool that has a step of its own is not told twice.
      if (!tools.has(call.tool)) steps.push(inner(name, call, index, lane));
    }
  }
  const outer = steps.filter((each) => !each.inner && path.includes(each.key));
  return {
    lanes: names.length > 0 ? names : ["workflow"],
    steps,
    planned: outer.length,
    done: outer.filter((each) => each.state === "done").length,
  };
}

function stepState(visit: Visit | undefined, run: Run): StepState {
  if (!visit) return run.status === "RUNNING" ? "waiting" : "skipped";
  if (visit.failed) return "failed";
  if (!visit.open) return "done";
  if (run.status === "RUNNING") return "running";
  return run.status === "SUCCEEDED" ? "done" : "failed";
}

function inner(state: string, call: ToolCall, index: number, lane: number): Step {
  return {
    key: `${state}/${index}`,
    label: humanise(call.tool),
    note: call.error ? String(call.error) : "",
    lane,
    state: call.error ? "failed" : "done",
    micros: call.durationMicros ?? null,
    inner: true,
  };
}
