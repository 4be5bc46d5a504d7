import { useMemo, useState } from "react";
import { useQuery } from "../api/query";
import type { Run } from "../api/types";
import { RunBadge } from "../orders/status";
import { useEscape } from "../shell/keys";
import { Link, navigate, oneOf, setQuery, useLocation } from "../shell/router";
import { Facts } from "../ui/Data";
import { dateTime, humanise } from "../ui/format";
import { Page, Section, Tabs } from "../ui/Page";
import { Failure, Skeleton } from "../ui/States";
import { allStates, machineOf, type State } from "./definition";
import { History } from "./History";
import { JsonTree } from "./JsonTree";
import { layout } from "./layout";
import { RunActions } from "./RunActions";
import { RunGraph } from "./RunGraph";
import { speechOf } from "./speech";
import { StepPanel } from "./StepPanel";
import { visits } from "./steps";
import { StepTable } from "./StepTable";
import { TimeRuler } from "./TimeRuler";
import { useSpeech } from "./useSpeech";
import { Subject, took, versionOf } from "./words";

type Detail = Run & { traceId?: string; parentId?: string | null; historyCount?: number };

/** On a narrow screen the step stands below the picture. */
const showPanel = () => document.querySelector(".step-panel")?.scrollIntoView({ block: "nearest" });

/** One execution: its states as they run, each step's data, its history, what went in and came out. */
export function RunPage({ id }: { id: string }) {
  const { query } = useLocation();
  const [live, setLive] = useState(true);
  const topics = useMemo(() => [`runs/${id}`], [id]);
  const run = useQuery<Detail>(
    `/api/executions/${encodeURIComponent(id)}`,
    live ? 1000 : 0,
    topics,
  );
  const data = run.data;
  const running = !data || data.status === "RUNNING";
  if (running !== live) setLive(running);
  const selected = query.get("state");
  useEscape(() => navigate("/runs"), 0);
  useEscape(() => setQuery({ state: null, visit: null }), 1, selected !== null);

  const machine = useMemo(
    () => data?.definition ? machineOf(data.definition) : null,
    [JSON.stringify(data?.definition ?? null)],
  );
  const graph = useMemo(() => machine && layout(machine), [machine]);
  const states = useMemo(
    () => machine ? allStates(machine) : new Map<string, State>(),
    [machine],
  );
  const went = useMemo(() => data ? visits(data) : [], [data]);
  const speeches = useSpeech(id, running, went, states);

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
  const tab = oneOf(query.get("tab"), "graph", "table", "time", "history", "data", "definition");
  const state = selected ? states.get(selected) : undefined;
  const mine = went.filter((each) => each.name === selected);
  const asked = query.get("visit");
  const visit = asked === null ? mine.length - 1 : Number(asked) || 0;
  const select = (name: string | null, number?: number) =>
    setQuery({ state: name, visit: number === undefined ? null : String(number) });
  const split = state && ["graph", "table", "time"].includes(tab);
  const speaking = went.find((each) =>
    each.state === "running" && speechOf(each.name, speeches, went, states)
  );

  return (
    <Page
      title={humanise(data.workflow)}
      back={back}
      heading={
        <span className="heading-row">
          {humanise(data.workflow)}
          <RunBadge status={data.status} paused={data.paused} />
        </span>
      }
      lead={data.definition?.Comment}
      actions={<RunActions run={data} />}
    >
      {(data.error || data.cause) && (
        <p className="notice notice-wrong">
          <strong>{data.error ?? (data.status === "ABORTED" ? "Stopped" : "Failed")}:</strong>{" "}
          {data.cause}
        </p>
      )}
      <div className="card run-facts">
        <Facts
          facts={[
            ["About", <Subject key="subject" subject={data.subject} />],
            ["Workflow", [data.workflow, versionOf(data)].filter(Boolean).join(", ")],
            ["Started", dateTime(data.startedAt)],
            ["Took", took(data)],
            ["Id", <code key="id" className="wrap">{data.id}</code>],
            ...(data.parentId
              ? [[
                "Waited for by",
                <Link key="parent" className="wrap" to={`/runs/${data.parentId}`}>
                  {data.parentId}
                </Link>,
              ] as [string, JSX.Element]]
              : []),
            ...(data.traceId
              ? [[
                "Trace",
                <Link key="trace" className="wrap" to={`/observe/traces/${data.traceId}`}>
                  {data.traceId}
                </Link>,
              ] as [string, JSX.Element]]
              : []),
            ...(speaking && speaking.name !== selected
              ? [[
                "A model decides",
                <Link
                  key="says"
                  to={`/runs/${id}?state=${encodeURIComponent(speaking.name)}`}
                  onClick={() => requestAnimationFrame(showPanel)}
                >
                  {humanise(speaking.name)}: what it says now
                </Link>,
              ] as [string, JSX.Element]]
              : []),
          ]}
        />
      </div>
      <Tabs
        label="Run"
        active={tab}
        onChange={(key) => setQuery({ tab: key === "graph" ? null : key })}
        tabs={[
          { key: "graph", label: "Graph" },
          { key: "table", label: "Table" },
          { key: "time", label: "Time" },
          {
            key: "history",
            label: "History",
            badge: data.historyCount ?? data.history?.length ?? 0,
          },
          { key: "data", label: "Input and output" },
          { key: "definition", label: "Definition" },
        ]}
      />
      <div
        id={`panel-${tab}`}
        role="tabpanel"
        aria-labelledby={`tab-${tab}`}
        className={split ? "panel run-split" : "panel"}
      >
        {tab === "graph" && (graph
          ? (
            <section className="card card-flush" aria-label="Graph">
              <RunGraph graph={graph} went={went} selected={selected} onSelect={select} />
            </section>
          )
          : (
            <Section title="Graph">
              <p className="faint">The definition of this run is not kept.</p>
            </Section>
          ))}
        {tab === "table" && (
          <section className="card card-flush" aria-label="States">
            <StepTable states={states} went={went} selected={selected} onSelect={select} />
          </section>
        )}
        {tab === "time" && (
          <Section title="Time">
            <TimeRuler
              run={data}
              went={went}
              selected={selected}
              visit={asked === null ? undefined : visit}
              onSelect={select}
            />
          </Section>
        )}
        {split && selected && (
          <StepPanel
            key={selected}
            run={data}
            name={selected}
            state={state}
            visits={mine}
            at={visit}
            speech={speechOf(selected, speeches, went, states)}
            onVisit={(number) => select(selected, number)}
            onClose={() => select(null)}
          />
        )}
        {tab === "history" && (
          <section className="card card-flush" aria-label="History">
            <History run={data} count={data.historyCount ?? data.history?.length ?? 0} />
          </section>
        )}
        {tab === "data" && (
          <div className="columns columns-even">
            <Section title="Input">
              <JsonTree value={data.input ?? null} label="Input" />
            </Section>
            <Section title={data.error ? "Error" : "Output"}>
              <JsonTree
                value={data.error ? { error: data.error, cause: data.cause } : data.output ?? null}
                label={data.error ? "Error" : "Output"}
              />
            </Section>
          </div>
        )}
        {tab === "definition" && (
          <Section title="Definition">
            <JsonTree value={data.definition ?? null} label="Definition" />
          </Section>
        )}
      </div>
    </Page>
  );
}
