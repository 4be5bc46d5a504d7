import { useState } from "react";
import { useQuery } from "../api/query";
import type { Run, RunEvent } from "../api/types";
import { eventState, eventTime } from "../orders/flow";
import { RunBadge } from "../orders/status";
import { useEscape } from "../shell/keys";
import { navigate, setQuery, useLocation } from "../shell/router";
import { Facts, Json } from "../ui/Data";
import { dateTime, duration, humanise } from "../ui/format";
import { Icon } from "../ui/Icon";
import { Page, Section, Tabs } from "../ui/Page";
import { Failure, Skeleton } from "../ui/States";
import { Subject, took } from "./RunsPage";
import { StateGraph } from "./StateGraph";

/** One execution: its states, its history, what went in and came out. */
export function RunPage({ id }: { id: string }) {
  const { query } = useLocation();
  const [live, setLive] = useState(true);
  const run = useQuery<Run>(`/api/executions/${encodeURIComponent(id)}`, live ? 2000 : 0);
  const data = run.data;
  const running = !data || data.status === "RUNNING";
  if (running !== live) setLive(running);
  useEscape(() => navigate("/runs"), 0);
  const back = { to: "/runs", label: "Runs" };
  if (run.error !== null || !data) {
    return (
      <Page title="Run" back={back}>
        <div className="card">
          {run.error !== null
            ? <Failure error={run.error} retry={run.refresh} />
            : <Skeleton lines={10} />}
        </div>
      </Page>
    );
  }
  const tab = query.get("tab") ?? "graph";
  return (
    <Page
      title={humanise(data.workflow)}
      back={back}
      heading={
        <span className="heading-row">
          {humanise(data.workflow)}
          <RunBadge status={data.status} />
        </span>
      }
      lead={data.definition?.Comment}
    >
      {data.error && (
        <p className="notice notice-wrong">
          <strong>{data.error}:</strong> {data.cause}
        </p>
      )}
      <div className="card">
        <Facts
          facts={[
            ["About", <Subject key="subject" subject={data.subject} />],
            ["Workflow", `${data.workflow}${data.version ? `, version ${data.version}` : ""}`],
            ["Started", dateTime(data.startedAt)],
            ["Took", took(data)],
            ["Id", <code key="id" className="wrap">{data.id}</code>],
          ]}
        />
      </div>
      <Tabs
        label="Run"
        active={tab}
        onChange={(key) => setQuery({ tab: key === "graph" ? null : key })}
        tabs={[
          { key: "graph", label: "States" },
          { key: "history", label: "History", badge: data.history?.length ?? 0 },
          { key: "data", label: "Input and output" },
          { key: "definition", label: "Definition" },
        ]}
      />
      <div id={`panel-${tab}`} role="tabpanel" aria-labelledby={`tab-${tab}`} className="panel">
        {tab === "graph" && (
          <Section title="States">
            {data.definition
              ? <StateGraph run={data} definition={data.definition} />
              : <p className="faint">The definition of this run is not kept.</p>}
          </Section>
        )}
        {tab === "history" && (
          <Section title="History" className="card-table">
            <History events={data.history ?? []} startedAt={data.startedAt} />
          </Section>
        )}
        {tab === "data" && (
          <div className="columns columns-even">
            <Section title="Input">
              <Json value={data.input ?? null} />
            </Section>
            <Section title={data.error ? "Error" : "Output"}>
              <Json
                value={data.error ? { error: data.error, cause: data.cause } : data.output ?? null}
              />
            </Section>
          </div>
        )}
        {tab === "definition" && (
          <Section title="Definition">
            <Json value={data.definition ?? null} />
          </Section>
        )}
      </div>
    </Page>
  );
}

function History({ events, startedAt }: { events: RunEvent[]; startedAt: string }) {
  const start = Date.parse(startedAt);
  let state = "";
  return (
    <div className="scroll-x">
      <table className="table table-plain table-kept history">
        <thead>
          <tr>
            <th scope="col" className="right">#</th>
            <th scope="col" className="right">After</th>
            <th scope="col">Event</th>
            <th scope="col">State</th>
            <th scope="col">Details</th>
          </tr>
        </thead>
        <tbody>
          {events.map((event) => {
            const at = eventTime(event);
            const entered = event.type.endsWith("Entered");
            state = eventState(event) ?? state;
            const wrong = /(Failed|TimedOut|Aborted)$/.test(event.type);
            return (
              <tr key={event.id} className={entered ? "history-enter" : ""}>
                <td className="num right faint">{event.id}</td>
                <td className="num right nowrap">
                  {at ? duration(Math.max(0, Date.parse(at) - start) * 1000) : "–"}
                </td>
                <td className={wrong ? "wrong nowrap" : "nowrap"}>
                  {wrong && <Icon name="alarm" size={14} />} {event.type}
                </td>
                <td>{event.type.startsWith("Execution") ? "" : humanise(state)}</td>
                <td>
                  <Details event={event} />
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}

const ENVELOPE = ["id", "type", "at", "timestamp", "previousEventId"];

function Details({ event }: { event: RunEvent }) {
  const rest = Object.fromEntries(
    Object.entries(event).filter(([key]) => !ENVELOPE.includes(key)),
  );
  if (Object.keys(rest).length === 0) return null;
  return (
    <details className="more-data">
      <summary>Show</summary>
      <Json value={rest} />
    </details>
  );
}
