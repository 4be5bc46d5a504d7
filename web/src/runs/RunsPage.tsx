import { useMemo } from "react";
import type { RunSummary } from "../api/types";
import { RunBadge } from "../orders/status";
import { usePageActions } from "../shell/actions";
import { navigate, setQuery } from "../shell/router";
import { Button } from "../ui/Button";
import { Ago } from "../ui/Data";
import { type Column, DataTable } from "../ui/DataTable";
import { counted, humanise } from "../ui/format";
import { useFilters } from "../ui/filters";
import { ListCard } from "../ui/ListCard";
import { usePages } from "../ui/pages";
import { SavedViews } from "../ui/SavedViews";
import { selectInFocus, type Selection, useSelection } from "../ui/selection";
import { Empty } from "../ui/States";
import { comparePath } from "./compare";
import { RunFilters } from "./RunFilters";
import { RunsArea } from "./RunsArea";
import { Subject, took, versionOf } from "./words";

const TOPICS = ["runs"];
const RUN_FILTERS = [
  "status",
  "workflow",
  "version",
  "subject",
  "error",
  "name",
  "paused",
  "from",
  "to",
];
const idOf = (run: RunSummary) => run.id;

const COLUMNS: Column<RunSummary>[] = [
  {
    key: "workflow",
    label: "Workflow",
    place: "main",
    cell: (run) => (
      <>
        <span className="strong">{humanise(run.workflow)}</span>
        <span className="faint num clip">
          {versionOf(run)}
        </span>
      </>
    ),
  },
  {
    key: "status",
    label: "Status",
    place: "status",
    sort: "status",
    cell: (run) => (
      <>
        <RunBadge status={run.status} paused={run.paused} />
        {run.error && (
          <button
            type="button"
            className="link-button reason clip"
            title={run.cause ?? undefined}
            aria-label={`Only runs with the error ${run.error}`}
            onClick={() => setQuery({ error: run.error ?? null })}
          >
            {run.error}
          </button>
        )}
      </>
    ),
  },
  { key: "state", label: "State", cell: (run) => run.state ? humanise(run.state) : "–" },
  { key: "about", label: "About", cell: (run) => <Subject subject={run.subject} /> },
  { key: "took", label: "Took", right: true, cell: took },
  {
    key: "started",
    label: "Started",
    right: true,
    className: "faint",
    sort: "startedAt",
    cell: (run) => <Ago at={run.startedAt} />,
  },
];

/** Executions of workflows, newest first, filtered and sorted by what the address says. */
export function RunsPage() {
  const { path, filtered, clear } = useFilters("/api/executions", RUN_FILTERS, { sorted: true });
  const pages = usePages<RunSummary>(path, idOf, 2000, TOPICS);
  const { items } = pages;
  const selection = useSelection(useMemo(() => items.map(idOf), [items]));
  usePageActions([
    {
      id: "search",
      label: "Search the runs",
      icon: "search",
      key: "/",
      run: () => document.getElementById("run-search")?.focus(),
    },
    selectInFocus("run"),
    {
      id: "failed",
      label: "Show only failed runs",
      icon: "alarm",
      run: () => setQuery({ status: "FAILED" }),
    },
    ...(selection.ids.length === 2
      ? [{
        id: "compare",
        label: "Compare the two selected runs",
        icon: "compare" as const,
        key: "c",
        run: () => navigate(comparePath(selection.ids)),
      }]
      : []),
    ...(filtered
      ? [{ id: "clear", label: "Clear the filters", icon: "filter" as const, run: clear }]
      : []),
  ]);
  return (
    <RunsArea
      title="Runs"
      lead="Every execution of a workflow, step by step"
      actions={<SavedViews page="runs" path="/runs" />}
    >
      <RunFilters seen={items.map((each) => each.workflow)} />
      <CompareBar selection={selection} />
      <ListCard
        pages={pages}
        one="run"
        empty={
          <Empty
            icon="runs"
            title={filtered ? "No run like that" : "Nothing has run yet"}
            action={filtered && <Button onClick={clear}>Clear the filters</Button>}
          >
            {filtered ? "Try fewer filters." : "Each order that is placed starts one."}
          </Empty>
        }
      >
        <DataTable
          label="Runs"
          className="runs-table"
          rows={items}
          columns={COLUMNS}
          id={idOf}
          name={(run) => `${humanise(run.workflow)}, ${run.status.toLowerCase()}`}
          to={(run) => `/runs/${run.id}`}
          selection={selection}
          sorted
        />
      </ListCard>
    </RunsArea>
  );
}

/** Two ticked runs can be put beside each other. */
function CompareBar({ selection }: { selection: Selection }) {
  const number = selection.ids.length;
  if (number === 0) return null;
  return (
    <div className="bulk" role="region" aria-label="Selected runs">
      <strong role="status">{counted(number, "run")} selected</strong>
      <Button
        small
        icon="compare"
        disabled={number !== 2}
        onClick={() => navigate(comparePath(selection.ids))}
      >
        Compare
      </Button>
      {number !== 2 && <span className="faint">Two runs can be compared.</span>}
      <Button small kind="quiet" onClick={selection.clear}>Select none</Button>
    </div>
  );
}
