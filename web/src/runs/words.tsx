import type { RunSummary } from "../api/types";
import { Link } from "../shell/router";
import { span } from "./steps";

/** How long a run took, or has been going on for. */
export function took(run: RunSummary): string {
  const end = run.endedAt ? Date.parse(run.endedAt) : Date.now();
  return span(Math.max(0, end - Date.parse(run.startedAt)));
}

/** What a run is about, as a link where the console has a screen for it. */
export function Subject({ subject }: { subject: string | null | undefined }) {
  if (!subject) return <>–</>;
  const [kind, id] = subject.split(/:(.*)/);
  if (kind === "order" && id) {
    return <Link to={`/orders/${encodeURIComponent(id)}`}>Order</Link>;
  }
  if (kind === "intent" && id) {
    return <Link to={`/intents/${encodeURIComponent(id)}`}>Intent</Link>;
  }
  if (kind === "schedule") return <Link to="/runs/schedules">Schedule</Link>;
  return <code className="wrap">{subject}</code>;
}

/** "version 3" of a deployed workflow; of one that comes with the program, its fingerprint. */
export function versionOf(run: RunSummary): string {
  return run.version === undefined
    ? ""
    : `version ${String(run.version).replace(/^v(?=\d+$)/, "")}`;
}
