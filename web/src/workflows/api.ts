import { call, post } from "../api/client";
import { invalidate, useQuery } from "../api/query";
import type { Actor, Page, RunStatus, WorkflowDefinition } from "../api/types";
import type { Problem } from "../ui/JsonEditor";

/** The wire shapes of workflows that are deployed, and what can be done with them. */

export interface WorkflowVersion {
  workflow: string;
  version: number;
  agent: string;
  note: string;
  createdAt: string;
  createdBy: Actor;
  retiredAt?: string | null;
  retiredBy?: Actor | null;
  retireReason?: string | null;
  definition?: WorkflowDefinition;
}

export interface Route {
  version: number;
  weight: number;
}

export interface Alias {
  alias: string;
  routes: Route[];
  updatedAt: string;
  updatedBy: Actor;
}

/** One thing that a replay did otherwise than the run did. */
export interface Difference {
  kind: string;
  state: string;
  occurrence: number;
  recorded: unknown;
  replayed: unknown;
}

export interface ReplayAnswer {
  same: boolean;
  status: RunStatus;
  output?: unknown;
  error?: string | null;
  /** The states whose tasks have no recorded answer. */
  unanswered: string[];
  differences: Difference[];
}

/** A workflow that comes with the program: it has no versions to choose from. */
export interface ProgramWorkflow {
  workflow: string;
  version: string;
  agent: string;
  definition: WorkflowDefinition;
}

export interface WorkflowList extends Page<WorkflowVersion> {
  program?: ProgramWorkflow[];
}

export interface Deployment {
  name: string;
  agent: string;
  definition: unknown;
  note: string;
}

export const WORKFLOWS = "/api/workflows";

/** The screen of a workflow. Names have dots, with which the server takes a path for a file's. */
export const workflowScreen = (name: string) => `/runs/workflow?name=${encodeURIComponent(name)}`;

export const workflowPath = (name: string) => `${WORKFLOWS}/${encodeURIComponent(name)}`;
export const versionsPath = (name: string) => `${workflowPath(name)}/versions`;
export const versionPath = (name: string, version: number) => `${versionsPath(name)}/${version}`;
export const aliasesPath = (name: string) => `${workflowPath(name)}/aliases`;

/** The names of the workflows there are, for a field to choose from. */
export function useWorkflowNames(): string[] {
  const { data } = useQuery<WorkflowList>(`${WORKFLOWS}?limit=200`);
  const all = [...data?.program ?? [], ...data?.items ?? []];
  return [...new Set(all.map((each) => each.workflow))];
}

export async function lint(
  definition: unknown,
  agent: string | undefined,
  signal?: AbortSignal,
): Promise<Problem[]> {
  const body = { definition, ...(agent ? { agent } : {}) };
  const { data } = await call(`${WORKFLOWS}/lint`, { method: "POST", body, signal });
  return (data as { problems: Problem[] }).problems;
}

export async function deploy({ name, ...body }: Deployment): Promise<WorkflowVersion> {
  const made = await post<WorkflowVersion>(versionsPath(name), body);
  invalidate(WORKFLOWS);
  return made;
}

export async function point(name: string, alias: string, routes: Route[]) {
  await call(`${aliasesPath(name)}/${encodeURIComponent(alias)}`, {
    method: "PUT",
    body: { routes },
  });
  invalidate(WORKFLOWS);
}

export async function removeAlias(name: string, alias: string) {
  await call(`${aliasesPath(name)}/${encodeURIComponent(alias)}`, { method: "DELETE" });
  invalidate(WORKFLOWS);
}

export async function retire(name: string, version: number, reason: string) {
  await post(`${versionPath(name, version)}/retire`, { reason });
  invalidate(WORKFLOWS);
}

/** What a run would have done under another definition. */
export function replay(run: string, definition: unknown) {
  return post<ReplayAnswer>(`/api/executions/${encodeURIComponent(run)}/replay`, { definition });
}

export async function start(workflow: string, input: unknown): Promise<string> {
  const made = await post<{ id: string }>("/api/executions", { workflow, input });
  invalidate("/api/executions");
  return made.id;
}
