import { useQuery } from "../api/query";
import type { Page as ListOf, RunStatus, RunSummary } from "../api/types";
import { RunBadge } from "../orders/status";
import { Link, navigate, setQuery, useLocation } from "../shell/router";
import { ago, dateTime, duration, humanise } from "../ui/format";
import { Page } from "../ui/Page";
import { useRowKeys } from "../ui/rows";
import { Empty, Failure, Skeleton } from "../ui/States";

const TOPICS = ["runs"];
const STATUSES: RunStatus[] = ["RUNNING", "SUCCEEDED", "FAILED", "ABORTED"];

/** Executions of workflows, newest first. */
export function RunsPage() {
  const { query } = useLocation();
  const status = query.get("status");
  const workflow = query.get("workflow");
  const parts = new URLSearchParams({ limit: "100" });
  if (status) parts.set("status", status);
  if (workflow) parts.set("workflow", workflow);
  const runs = useQuery<ListOf<RunSummary>>(`/api/executions?${parts}`, 2000, TOPICS);
  const keys = useRowKeys();
  const items = runs.data?.items ?? [];
  return (
    <Page title="Runs" lead="Every execution of a workflow, step by step">
      <div className="chips filters" role="group" aria-label="Status">
        <button
          type="button"
          className="chip"
          aria-pressed={!status}
          onClick={() => setQuery({ status: null })}
        >
          All
        </button>
        {STATUSES.map((each) => (
          <button
            key={each}
            type="button"
            className="chip"
            aria-pressed={status === each}
            onClick={() => setQuery({ status: status === each ? null : each })}
          >
            {humanise(each)}
          </button>
        ))}
      </div>
      <div className="card card-flush">
        {runs.loading && <Skeleton lines={10} />}
        {runs.error !== null && <Failure error={runs.error} retry={runs.refresh} />}
        {runs.data && items.length === 0 && (
          <Empty icon="runs" title={status ? "No run like that" : "Nothing has run yet"}>
            Each order that is placed starts one.
          </Empty>
        )}
        {items.length > 0 && (
          <div className="scroll-x">
            <table className="table" onKeyDown={keys}>
              <thead>
                <tr>
                  <th scope="col">Workflow</th>
                  <th scope="col">Status</th>
                  <th scope="col">State</th>
                  <th scope="col">About</th>
                  <th scope="col" className="right">Took</th>
                  <th scope="col" className="right">Started</th>
                </tr>
              </thead>
              <tbody>
                {items.map((run) => <Row key={run.id} run={run} />)}
              </tbody>
            </table>
          </div>
        )}
      </div>
    </Page>
  );
}

function Row({ run }: { run: RunSummary }) {
  const to = `/runs/${run.id}`;
  return (
    <tr
      data-row=""
      onClick={(event) => {
        if (!(event.target as HTMLElement).closest("a")) navigate(to);
      }}
    >
      <td className="cell-main">
        <Link to={to} className="row-link">
          <span className="strong">{humanise(run.workflow)}</span>
          <span className="faint num clip">
            {run.version !== undefined && `version ${run.version}`}
          </span>
        </Link>
      </td>
      <td className="cell-status">
        <RunBadge status={run.status} />
      </td>
      <td data-label="State">{run.state ? humanise(run.state) : "–"}</td>
      <td data-label="About">
        <Subject subject={run.subject} />
      </td>
      <td data-label="Took" className="num right">{took(run)}</td>
      <td data-label="Started" className="num right faint" title={dateTime(run.startedAt)}>
        {ago(run.startedAt)}
      </td>
    </tr>
  );
}

export function took(run: RunSummary): string {
  const end = run.endedAt ? Date.parse(run.endedAt) : Date.now();
  return duration(Math.max(0, end - Date.parse(run.startedAt)) * 1000);
}

/** What a run is about, as a link where the console has a screen for it. */
export function Subject({ subject }: { subject: string | null | undefined }) {
  if (!subject) return <>–</>;
  const [kind, id] = subject.split(/:(.*)/);
  if (kind === "order" && id) {
    return <Link to={`/orders/${encodeURIComponent(id)}`}>Order</Link>;
  }
  return <code className="wrap">{subject}</code>;
}
