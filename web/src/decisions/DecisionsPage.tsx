import { useQuery } from "../api/query";
import type { AgentSummary, Decision, OrderPage, Page as ListOf } from "../api/types";
import { TimeRange } from "../observe/TimeRange";
import { usePageActions } from "../shell/actions";
import { setQuery, useLocation } from "../shell/router";
import { Button, IconButton } from "../ui/Button";
import { Ago } from "../ui/Data";
import { type Column, DataTable } from "../ui/DataTable";
import { useFilters } from "../ui/filters";
import { duration, humanise, percent } from "../ui/format";
import { Icon } from "../ui/Icon";
import { ListCard } from "../ui/ListCard";
import { Page } from "../ui/Page";
import { usePages } from "../ui/pages";
import { Choice, Search, searchAction } from "../ui/Search";
import { Empty } from "../ui/States";
import { AgentViews } from "../agents/AgentViews";
import { DecisionLegend, DecisionState } from "./states";
import { useCurrency } from "./useCurrency";
import { byModel, modelCost } from "./words";

const FILTERS = ["agent", "subject", "intent", "from", "to", "overruled"];
const TOPICS = ["decisions"];
const idOf = (decision: Decision) => decision.id;

/** What agents decided, the newest first. */
export function DecisionsPage() {
  const { path, filtered, clear } = useFilters("/api/decisions", FILTERS);
  const { query } = useLocation();
  const asked = useSubject(path, query.get("subject"));
  const pages = usePages<Decision>(asked, idOf, 10_000, TOPICS);
  const agents = useQuery<ListOf<AgentSummary>>("/api/agents?limit=200");
  usePageActions([searchAction("Find decisions about…", "decision-search")]);
  return (
    <Page title="Decisions" lead="What agents decided, and what came of it">
      <AgentViews />
      <div className="filters">
        <div className="filter-fields">
          <Search
            id="decision-search"
            name="subject"
            label="Decisions about"
            placeholder="An order's number, or order:018f…"
          />
          <label className="inline-field">
            <span>Agent</span>
            <select
              className="input select"
              aria-label="Agent"
              value={query.get("agent") ?? ""}
              onChange={(event) => setQuery({ agent: event.target.value })}
            >
              <option value="">any</option>
              {(agents.data?.items ?? []).map((each) => (
                <option key={each.name} value={each.name}>{humanise(each.name)}</option>
              ))}
            </select>
          </label>
          <Choice
            label="Overruled"
            name="overruled"
            choices={[["", "or not"], ["true", "only overruled"], ["false", "not overruled"]]}
          />
          <TimeRange />
          {query.get("intent") && (
            <span className="token">
              <Icon name="flag" size={16} />
              {query.get("intent")}
              <IconButton
                icon="close"
                label="For any intent"
                onClick={() => setQuery({ intent: null })}
              />
            </span>
          )}
        </div>
      </div>
      <ListCard
        pages={pages}
        one="decision"
        foot={pages.items.length > 0 && <DecisionLegend />}
        empty={filtered
          ? (
            <Empty
              icon="search"
              title="No decision fits"
              action={<Button onClick={clear}>Show all</Button>}
            />
          )
          : (
            <Empty icon="agents" title="Nothing decided yet">
              Each decision says what was seen, weighed and chosen, and why.
            </Empty>
          )}
      >
        <DecisionTable label="Decisions" rows={pages.items} />
      </ListCard>
    </Page>
  );
}

/** The list's path; a number that people say of an order becomes the subject that records name. */
function useSubject(path: string, subject: string | null): string | null {
  const said = subject !== null && !subject.includes(":") ? subject : null;
  const orders = useQuery<OrderPage>(
    said && `/api/orders?limit=1&q=${encodeURIComponent(said)}`,
  );
  if (said === null) return path;
  if (orders.loading) return null;
  const id = orders.data?.items[0]?.id;
  const [list = "", query] = path.split("?");
  const parts = new URLSearchParams(query);
  parts.set("subject", id ? `order:${id}` : said);
  return `${list}?${parts}`;
}

interface TableProps {
  label: string;
  rows: Decision[];
  /** Of one agent: it need not be named. */
  ofOne?: boolean;
}

/** Decisions as rows, each leading to its page. */
export function DecisionTable({ label, rows, ofOne }: TableProps) {
  const currency = useCurrency();
  const columns: Column<Decision>[] = [
    {
      key: "choice",
      label: "Decision",
      place: "main",
      cell: (each) => (
        <span className="two-lines">
          <span className="strong wrap">{each.choice}</span>
          {each.rationale && <span className="faint clamp">{each.rationale}</span>}
        </span>
      ),
    },
    {
      key: "state",
      label: "State",
      place: "status",
      cell: (each) => <DecisionState decision={each} />,
    },
    ...(ofOne ? [] : [{
      key: "agent",
      label: "Agent",
      cell: (each: Decision) => humanise(each.agent),
    }]),
    {
      key: "by",
      label: "By",
      cell: (each) => byModel(each) ? each.policy?.model : "rules",
    },
    {
      key: "sure",
      label: "Sure",
      right: true,
      cell: (each) => typeof each.confidence === "number" ? percent(each.confidence) : "–",
    },
    {
      key: "cost",
      label: "Cost",
      right: true,
      cell: (each) => each.costMicros ? modelCost(each.costMicros, currency) : "–",
    },
    {
      key: "took",
      label: "Took",
      right: true,
      cell: (each) => each.latencyMicros === undefined ? "–" : duration(each.latencyMicros),
    },
    {
      key: "at",
      label: "When",
      right: true,
      className: "faint",
      cell: (each) => <Ago at={each.at} />,
    },
  ];
  return (
    <DataTable
      label={label}
      rows={rows}
      columns={columns}
      id={idOf}
      to={(each) => `/decisions/${encodeURIComponent(each.id)}`}
      className="decision-table"
      sorted
    />
  );
}
