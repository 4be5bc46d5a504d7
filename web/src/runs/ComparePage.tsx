import { useMemo } from "react";
import { useQuery } from "../api/query";
import type { Page as ListOf, Run, RunSummary } from "../api/types";
import { RunBadge } from "../orders/status";
import { usePageActions } from "../shell/actions";
import { useEscape } from "../shell/keys";
import { Link, navigate, setQuery, useLocation } from "../shell/router";
import { Button } from "../ui/Button";
import { dateTime, humanise } from "../ui/format";
import { Tabs } from "../ui/Page";
import { Empty, Failure, Skeleton } from "../ui/States";
import { CompareGraph } from "./CompareGraph";
import { ComparePanel } from "./ComparePanel";
import { CompareTable } from "./CompareTable";
import { type Pair, pairs, parting, sameDefinition, tally } from "./compare";
import { DiffList } from "./DiffList";
import { RunsArea } from "./RunsArea";
import { span, visits } from "./steps";
import { took, versionOf } from "./words";

type Side = "a" | "b";

/** Two runs beside each other: where their ways part, and what differs in each step. */
export function ComparePage() {
  const { query } = useLocation();
  const [a, b] = [useRun(query.get("a")), useRun(query.get("b"))];
  const selected = query.get("state");
  useEscape(() => navigate("/runs"), 0);
  useEscape(() => setQuery({ state: null, pair: null }), 1, selected !== null);
  const swap = () => setQuery({ a: query.get("b"), b: query.get("a"), pair: null });
  usePageActions([{ id: "swap", label: "Swap A and B", icon: "retry", key: "s", run: swap }]);
  const error = a.error ?? b.error;
  return (
    <RunsArea
      title="Compare"
      lead="Two runs beside each other, state by state"
      actions={<Button icon="retry" onClick={swap}>Swap</Button>}
    >
      <div className="compare-sides">
        <SideCard side="a" run={a.data} like={b.data} />
        <SideCard side="b" run={b.data} like={a.data} />
      </div>
      {error !== null && (
        <div className="card">
          <Failure
            error={error}
            retry={() => {
              void a.refresh();
              void b.refresh();
            }}
          />
        </div>
      )}
      {(a.loading || b.loading) && error === null && (
        <div className="card">
          <Skeleton lines={8} />
        </div>
      )}
      {a.data && b.data
        ? <Compared a={a.data} b={b.data} />
        : error === null && !a.loading && !b.loading && (
          <div className="card">
            <Empty icon="compare" title="Choose two runs">
              Runs of the same workflow show the most; on the list of runs two can be ticked.
            </Empty>
          </div>
        )}
    </RunsArea>
  );
}

function useRun(id: string | null) {
  const topics = useMemo(() => id ? [`runs/${id}`] : [], [id]);
  return useQuery<Run>(id ? `/api/executions/${encodeURIComponent(id)}` : null, 0, topics);
}

/** One of the two: which run it is, and another to take instead. */
function SideCard({ side, run, like }: {
  side: Side;
  run: Run | undefined;
  like: Run | undefined;
}) {
  const workflow = run?.workflow ?? like?.workflow;
  const found = useQuery<ListOf<RunSummary>>(
    `/api/executions?limit=100${workflow ? `&workflow=${encodeURIComponent(workflow)}` : ""}`,
  );
  const choices = (found.data?.items ?? []).filter((each) => each.id !== like?.id);
  const listed = choices.some((each) => each.id === run?.id);
  return (
    <section
      className={`card compare-side compare-${side}`}
      aria-label={`Side ${side.toUpperCase()}`}
    >
      <span className={`side-mark side-${side}`} aria-hidden="true">{side.toUpperCase()}</span>
      <div className="compare-which">
        {run
          ? (
            <>
              <p className="heading-row">
                <Link to={`/runs/${run.id}`} className="strong">{humanise(run.workflow)}</Link>
                <RunBadge status={run.status} />
              </p>
              <p className="faint num">
                {dateTime(run.startedAt)}, {took(run)}
                {run.version !== undefined && `, ${versionOf(run)}`}
              </p>
            </>
          )
          : <p className="faint">None is chosen yet.</p>}
        <label className="inline-field compare-choice">
          <span>{run ? "Instead" : "Choose"}</span>
          <select
            className="input select"
            aria-label={`Run ${side.toUpperCase()}`}
            value={run?.id ?? ""}
            onChange={(event) => setQuery({ [side]: event.target.value, pair: null })}
          >
            {!run && <option value="">a run…</option>}
            {run && !listed && <option value={run.id}>{choice(run)}</option>}
            {choices.map((each) => <option key={each.id} value={each.id}>{choice(each)}</option>)}
          </select>
        </label>
      </div>
    </section>
  );
}

const choice = (run: RunSummary) =>
  `${humanise(run.workflow)}, ${run.status.toLowerCase()}, ${dateTime(run.startedAt)}, ${
    run.id.slice(-6)
  }`;

function Compared({ a, b }: { a: Run; b: Run }) {
  const { query } = useLocation();
  const tab = query.get("tab") ?? "steps";
  const [wentA, wentB] = [useMemo(() => visits(a), [a]), useMemo(() => visits(b), [b])];
  const all = useMemo(() => pairs(wentA, wentB), [wentA, wentB]);
  const at = query.get("pair");
  const state = query.get("state");
  const chosen = at !== null
    ? all[Number(at)]
    : state
    ? all.find((each) => (each.a ?? each.b)?.name === state)
    : undefined;
  const choose = (pair: Pair | null) =>
    setQuery({
      state: (pair?.a ?? pair?.b)?.name ?? null,
      pair: pair ? String(all.indexOf(pair)) : null,
    });
  const split = chosen && tab !== "data";
  return (
    <>
      <Summary a={a} b={b} all={all} />
      <Tabs
        label="Comparison"
        active={tab}
        onChange={(key) => setQuery({ tab: key === "steps" ? null : key })}
        tabs={[
          { key: "steps", label: "Steps" },
          { key: "graph", label: "Graph" },
          { key: "data", label: "Input and output" },
        ]}
      />
      <div
        id={`panel-${tab}`}
        role="tabpanel"
        aria-labelledby={`tab-${tab}`}
        className={split ? "panel run-split" : "panel"}
      >
        {tab === "steps" && (
          <section className="card card-flush" aria-label="Steps">
            <CompareTable all={all} chosen={chosen} onChoose={choose} />
          </section>
        )}
        {tab === "graph" && (
          <section className="card card-flush" aria-label="Graph">
            <CompareGraph
              a={a}
              b={b}
              wentA={wentA}
              wentB={wentB}
              all={all}
              selected={(chosen?.a ?? chosen?.b)?.name ?? state}
              onSelect={(name) => setQuery({ state: name, pair: null })}
            />
          </section>
        )}
        {split && (
          <ComparePanel
            key={at ?? state}
            a={a}
            b={b}
            pair={chosen}
            onClose={() => choose(null)}
          />
        )}
        {tab === "data" && (
          <div className="columns columns-even">
            <DiffList title="Input" before={a.input ?? null} after={b.input ?? null} />
            <DiffList title="Output" before={outcome(a)} after={outcome(b)} />
          </div>
        )}
      </div>
    </>
  );
}

const outcome = (run: Run) =>
  run.error ? { error: run.error, cause: run.cause ?? null } : run.output ?? null;

/** In a sentence or two: whether they went the same way, and where not. */
function Summary({ a, b, all }: { a: Run; b: Run; all: Pair[] }) {
  const where = parting(all);
  const { both, onlyA, onlyB, differ } = tally(all);
  const [tookA, tookB] = [a, b].map((run) =>
    run.endedAt ? Date.parse(run.endedAt) - Date.parse(run.startedAt) : null
  );
  return (
    <div className="notice compare-summary" role="status">
      <p>
        {where === null
          ? (
            <>
              Both went <strong>the same way</strong> through {both} steps.
            </>
          )
          : (
            <>
              {where.after
                ? (
                  <>
                    The same way until <strong>{humanise(where.after.name)}</strong>; then{" "}
                  </>
                )
                : "Different from the start: "}
              {next("A", where.a?.name)}, {next("B", where.b?.name)}.
            </>
          )}
      </p>
      <p className="faint">
        {both} steps in both{onlyA > 0 && `, ${onlyA} only in A`}
        {onlyB > 0 && `, ${onlyB} only in B`}; {differ}{" "}
        of the shared ones differ in what went in or came out.
        {typeof tookA === "number" && typeof tookB === "number" && tookA !== tookB &&
          ` B took ${span(Math.abs(tookB - tookA))} ${tookB > tookA ? "longer" : "less"}.`}
        {a.workflow !== b.workflow
          ? " They are of different workflows."
          : !sameDefinition(a, b) && " They followed different versions of the workflow."}
      </p>
    </div>
  );
}

const next = (side: string, name: string | undefined) =>
  name ? `${side} went to “${humanise(name)}”` : `${side} ended`;
