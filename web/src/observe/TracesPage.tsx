import type { TraceSummary } from "../api/kernel";
import { usePageActions } from "../shell/actions";
import { setQuery } from "../shell/router";
import { Button } from "../ui/Button";
import { Ago } from "../ui/Data";
import { type Column, DataTable } from "../ui/DataTable";
import { useFilters } from "../ui/filters";
import { Icon } from "../ui/Icon";
import { ListCard } from "../ui/ListCard";
import { usePages } from "../ui/pages";
import { SavedViews } from "../ui/SavedViews";
import { Choice, Search } from "../ui/Search";
import { Empty } from "../ui/States";
import { TimeRange } from "./TimeRange";
import { ObservePage } from "./ObservePage";
import { milliseconds } from "./units";

const FILTERS = ["q", "minMs", "error", "from", "to"];
const idOf = (trace: TraceSummary) => trace.traceId;

const COLUMNS: Column<TraceSummary>[] = [
  {
    key: "name",
    label: "Began with",
    place: "main",
    sort: "name",
    value: (trace) => trace.name,
    cell: (trace) => (
      <>
        <span className="strong wrap">{trace.name}</span>
        <code className="faint clip">{trace.traceId.slice(0, 16)}</code>
      </>
    ),
  },
  {
    key: "outcome",
    label: "Outcome",
    place: "status",
    cell: (trace) => <Outcome error={!!trace.error} />,
  },
  {
    key: "took",
    label: "Took",
    right: true,
    sort: "took",
    value: (trace) => trace.durationMs,
    cell: (trace) => milliseconds(trace.durationMs),
  },
  {
    key: "spans",
    label: "Spans",
    right: true,
    sort: "spans",
    value: (trace) => trace.spans,
    cell: (trace) => trace.spans,
  },
  {
    key: "at",
    label: "Started",
    right: true,
    className: "faint",
    sort: "at",
    value: (trace) => Date.parse(trace.startedAt),
    cell: (trace) => <Ago at={trace.startedAt} />,
  },
];

export function Outcome({ error }: { error: boolean }) {
  return (
    <span className={`status ${error ? "status-failed" : "status-delivered"}`}>
      <Icon name={error ? "alarm" : "check"} size={15} />
      {error ? "Error" : "Fine"}
    </span>
  );
}

/** What happened from a request on, as lists of spans; the newest first. */
export function TracesPage() {
  const { path, filtered, clear } = useFilters("/api/traces", FILTERS);
  const pages = usePages<TraceSummary>(path, idOf, 5000);
  usePageActions([
    {
      id: "search",
      label: "Search the traces",
      icon: "search",
      key: "/",
      run: () => document.getElementById("trace-search")?.focus(),
    },
    {
      id: "errors",
      label: "Traces with errors",
      icon: "alarm",
      run: () => setQuery({ error: "true" }),
    },
  ]);
  return (
    <ObservePage title="Traces" actions={<SavedViews page="traces" path="/observe/traces" />}>
      <div className="filters filter-fields">
        <Search id="trace-search" label="Search traces" placeholder="Route, tool, agent, order" />
        <Choice
          label="Outcome"
          name="error"
          choices={[["", "any"], ["true", "with an error"], ["false", "without"]]}
        />
        <Choice
          label="Took"
          name="minMs"
          choices={[["", "any time"], ["10", "over 10 ms"], ["100", "over 100 ms"], [
            "1000",
            "over 1 s",
          ]]}
        />
        <TimeRange />
      </div>
      <ListCard
        pages={pages}
        one="trace"
        empty={
          <Empty
            icon="trace"
            title={filtered ? "No trace matches" : "No traces yet"}
            action={filtered && <Button onClick={clear}>Clear the filters</Button>}
          >
            Each request, and all that follows from it, leaves one; older ones are let go.
          </Empty>
        }
      >
        <DataTable
          label="Traces"
          rows={pages.items}
          columns={COLUMNS}
          id={idOf}
          to={(trace) => `/observe/traces/${trace.traceId}`}
        />
      </ListCard>
    </ObservePage>
  );
}
