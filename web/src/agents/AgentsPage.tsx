import { useQuery } from "../api/query";
import type { AgentSummary, LogisticsMetrics, Page as ListOf } from "../api/types";
import { useCurrency } from "../decisions/useCurrency";
import { modelCost } from "../decisions/words";
import { usePageActions } from "../shell/actions";
import { setQuery, useLocation } from "../shell/router";
import { Button } from "../ui/Button";
import { type Column, DataTable } from "../ui/DataTable";
import { count, counted, duration, humanise, money, percent, percentFine } from "../ui/format";
import { Icon } from "../ui/Icon";
import { Page } from "../ui/Page";
import { ChoiceChips, Search, searchAction } from "../ui/Search";
import { Empty, Failure, Skeleton } from "../ui/States";
import { AgentViews } from "./AgentViews";
import { Automation, Mode } from "./Automation";
import { AUTOMATION_TARGET } from "./types";

const TOPICS = ["decisions"];
const WRONG = 0.05;

/** Who works here besides people: what each is for, who decides, and how it does. */
export function AgentsPage() {
  const agents = useQuery<ListOf<AgentSummary>>("/api/agents?limit=200", 15_000, TOPICS);
  const metrics = useQuery<LogisticsMetrics>("/api/metrics/logistics", 10_000).data;
  const currency = useCurrency();
  const { query } = useLocation();
  const words = (query.get("q") ?? "").toLowerCase().split(/\s+/).filter(Boolean);
  const mode = query.get("mode");
  usePageActions([searchAction("Find agents", "agent-search")]);
  const all = agents.data?.items ?? [];
  const shown = all.filter((each) =>
    (!mode || each.mode === mode) &&
    words.every((word) =>
      `${each.name} ${humanise(each.name)} ${each.purpose ?? ""}`.toLowerCase().includes(word)
    )
  );
  const time = (agent: AgentSummary, value: number | null | undefined) =>
    typeof value === "number" && agent.invocations > 0 ? duration(value) : "–";
  const rate = (agent: AgentSummary) =>
    agent.invocations > 0 ? agent.errors / agent.invocations : 0;
  const columns: Column<AgentSummary>[] = [
    {
      key: "name",
      label: "Agent",
      place: "main",
      sort: "name",
      value: (each) => each.name,
      cell: (each) => (
        <span className="two-lines">
          <span className="strong">{humanise(each.name)}</span>
          <span className="faint">{each.purpose}</span>
        </span>
      ),
    },
    { key: "mode", label: "Decides", place: "status", cell: (each) => <Mode mode={each.mode} /> },
    {
      key: "automation",
      label: "Unaided",
      sort: "automation",
      value: (each) => each.automation.share ?? -1,
      cell: (each) => <Automation rate={each.automation} plain />,
    },
    {
      key: "decisions",
      label: "Runs",
      right: true,
      sort: "runs",
      value: (each) => each.invocations,
      cell: (each) => count(each.invocations),
    },
    {
      key: "errors",
      label: "Errors",
      right: true,
      sort: "errors",
      value: (each) => rate(each),
      cell: (each) => (
        <span className={rate(each) > WRONG ? "rate-word" : undefined}>
          {rate(each) > WRONG && <Icon name="alarm" size={14} />}
          {each.invocations > 0 ? percent(rate(each)) : "–"}
        </span>
      ),
    },
    {
      key: "p50",
      label: "p50",
      right: true,
      sort: "p50",
      value: (each) => each.p50Micros ?? -1,
      cell: (each) => time(each, each.p50Micros),
    },
    {
      key: "p99",
      label: "p99",
      right: true,
      sort: "p99",
      value: (each) => each.p99Micros ?? -1,
      cell: (each) => time(each, each.p99Micros),
    },
    {
      key: "cost",
      label: "Model cost",
      right: true,
      sort: "cost",
      value: (each) => each.costMicros,
      cell: (each) => each.costMicros > 0 ? modelCost(each.costMicros, currency) : "–",
    },
  ];
  return (
    <Page
      title="Agents"
      lead={`What each agent is for, who decides for it, and how it does. Of routine tasks ${
        percent(AUTOMATION_TARGET)
      } are to need no person.`}
    >
      <AgentViews />
      {metrics && <Metrics metrics={metrics} />}
      <div className="filters">
        <div className="filter-fields">
          <Search id="agent-search" label="Find agents" placeholder="Name or purpose…" />
          <ChoiceChips
            label="Who decides"
            name="mode"
            choices={[["", "All"], ["rules", "Rules"], ["model", "Model"]]}
          />
        </div>
      </div>
      <div className="card card-flush">
        {agents.loading && <Skeleton lines={6} tall />}
        {agents.error !== null && <Failure error={agents.error} retry={agents.refresh} />}
        {agents.data && all.length === 0 && (
          <Empty
            icon="agents"
            title="No agents are registered"
          />
        )}
        {all.length > 0 && shown.length === 0 && (
          <Empty
            icon="search"
            title="No agent fits"
            action={<Button onClick={() => setQuery({ q: null, mode: null })}>Show all</Button>}
          />
        )}
        {shown.length > 0 && (
          <DataTable
            label="Agents"
            rows={shown}
            columns={columns}
            id={(each) => each.name}
            to={(each) => `/agents/${encodeURIComponent(each.name)}`}
            className="agent-table"
          />
        )}
      </div>
      {shown.length > 0 && (
        <footer className="list-foot">
          <span className="faint" role="status">{counted(shown.length, "agent")} shown</span>
          <ColumnLegend days={all[0]?.automation.days ?? 30} />
        </footer>
      )}
    </Page>
  );
}

/** What the figures are of, folded away. */
function ColumnLegend({ days }: { days: number }) {
  const means: [string, string][] = [
    [
      "Unaided",
      `the share of routine tasks of the last ${days} days that no person had a hand in; the mark on the bar is the target`,
    ],
    ["Runs, errors", "all there were; an error is a run that came to no decision"],
    ["p50, p99", "half of the latest 1,000 decisions, and 99 of 100, took no longer"],
    ["Model cost", `what models were paid in the last ${days} days`],
  ];
  return (
    <details className="legend">
      <summary>What the columns mean</summary>
      <ul>
        {means.map(([word, text]) => (
          <li key={word}>
            <strong>{word}</strong>
            <span>{text}</span>
          </li>
        ))}
      </ul>
    </details>
  );
}

function Metrics({ metrics }: { metrics: LogisticsMetrics }) {
  const share = (value: number | null | undefined) =>
    typeof value === "number" ? percentFine(value) : "–";
  const figures: [string, string][] = [
    ["Booked volume used", share(metrics.bookedVolumeUtilisation)],
    ["Booked payload used", share(metrics.bookedWeightUtilisation)],
    ["Cost per order", money(metrics.costPerOrder)],
  ];
  return (
    <ul className="figures card agents-figures">
      {figures.map(([label, value]) => (
        <li key={label}>
          <span>{label}</span>
          <strong className="num">{value}</strong>
        </li>
      ))}
    </ul>
  );
}
