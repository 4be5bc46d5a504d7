import { call, get, post } from "../api/client";
import { invalidate, useQuery } from "../api/query";
import type {
  Beacon,
  Catalogue,
  Checked,
  Edge,
  Goal,
  Intent,
  NewWidget,
  WholeIntent,
  Widget,
} from "./types";

/** Where intents are read, and what can be done with them. */

export const INTENTS = "/api/intents";
export const REPORT = `${INTENTS}/report`;
export const GRAPH = `${INTENTS}/graph`;
export const SUGGESTIONS = `${INTENTS}/suggestions`;
export const WIDGETS = `${INTENTS}/widgets`;
export const TOPICS = ["intents"];

export const intentPath = (id: string) => `${INTENTS}/${encodeURIComponent(id)}`;
export const intentScreen = (id: string) => `/intents/${encodeURIComponent(id)}`;

/** One intent in full, read anew with each round of the Conscience. */
export const useIntent = (id: string | null) =>
  useQuery<WholeIntent>(
    id === null ? null : intentPath(id),
    10_000,
    id === null ? undefined : [`intents/${id}`],
  );

/** What can be measured, and what can be done about it. */
export const useCatalogue = () => useQuery<Catalogue>(`${INTENTS}/metrics`);

export async function declare(beacon: Beacon): Promise<Intent> {
  const made = await post<Intent>(INTENTS, beacon);
  invalidate(INTENTS);
  return made;
}

/** Changes hold only for the version that was read: somebody may have been quicker. */
const match = (version: number) => ({ "If-Match": `"v${version}"` });

export async function change(id: string, version: number, body: Partial<Beacon>) {
  await call(intentPath(id), { method: "PATCH", body, headers: match(version) });
  invalidate(INTENTS);
}

export async function open(intent: Intent) {
  await post(`${intentPath(intent.intent_id)}/open`, {}, match(intent.version));
  invalidate(INTENTS);
}

export async function withdraw(intent: Intent, reason: string) {
  await post(`${intentPath(intent.intent_id)}/withdraw`, { reason }, match(intent.version));
  invalidate(INTENTS);
}

/** What a predicate comes to now; it throws what is wrong with it. */
export async function check(predicate: string, signal?: AbortSignal): Promise<Checked> {
  const { data } = await call(`${INTENTS}/check`, {
    method: "POST",
    body: { predicate },
    signal,
  });
  return data as Checked;
}

export async function draw(edge: Edge) {
  await post(`${INTENTS}/edges`, edge);
  invalidate(INTENTS);
}

export async function remove(edge: Edge) {
  await call(`${INTENTS}/edges?${new URLSearchParams({ ...edge })}`, { method: "DELETE" });
  invalidate(INTENTS);
}

export async function keepGoal(goal: Goal) {
  await post(`${INTENTS}/goals`, goal);
  invalidate(`${INTENTS}/goals`, GRAPH);
}

export const evaluations = (id: string, from: string, to: string) =>
  `${intentPath(id)}/evaluations?${new URLSearchParams({ from, to, limit: "5000" })}`;

export async function adopt(
  id: string,
  body: { deadline?: string; desired_outcome?: string; status: "proposed" | "open" },
): Promise<Intent> {
  const made = await post<Intent>(`${SUGGESTIONS}/${encodeURIComponent(id)}/adopt`, body);
  invalidate(INTENTS);
  return made;
}

export async function dismiss(id: string, reason: string) {
  await post(`${SUGGESTIONS}/${encodeURIComponent(id)}/dismiss`, { reason });
  invalidate(SUGGESTIONS);
}

export async function lookAgain() {
  await post(`${SUGGESTIONS}/refresh`);
  invalidate(SUGGESTIONS);
}

export async function makeWidget(
  body: { name: string; kind: Widget["kind"]; intentId?: string },
): Promise<NewWidget> {
  const made = await post<NewWidget>(WIDGETS, body);
  invalidate(WIDGETS);
  return made;
}

/** The report as a file. */
export const readReport = () => get<unknown>("/api/ws_status_report.json");
