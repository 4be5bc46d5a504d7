import { useState } from "react";
import type { LogLine } from "../api/kernel";
import { usePageActions } from "../shell/actions";
import { Link, setQuery, useLocation } from "../shell/router";
import { Button, IconButton } from "../ui/Button";
import { Facts } from "../ui/Data";
import { dateTime, timeFine } from "../ui/format";
import { useFilters } from "../ui/filters";
import { Icon } from "../ui/Icon";
import { ListCard } from "../ui/ListCard";
import { usePages } from "../ui/pages";
import { useRowKeys } from "../ui/rows";
import { SavedViews } from "../ui/SavedViews";
import { Choice, Search } from "../ui/Search";
import { Empty } from "../ui/States";
import { LogLevelMark } from "./LogLevelMark";
import { ObservePage } from "./ObservePage";
import { TimeRange } from "./TimeRange";

const FILTERS = ["q", "level", "traceId", "from", "to"];
const idOf = (line: LogLine) => String(line.seq);

/** What the server wrote, searchable, each line with the trace it belongs to. */
export function LogsPage() {
  const { query } = useLocation();
  const { path, filtered, clear } = useFilters("/api/logs", FILTERS, { limit: 100 });
  const follow = !query.has("to");
  const pages = usePages<LogLine>(path, idOf, follow ? 4000 : 0);
  const keys = useRowKeys();
  const trace = query.get("traceId");
  usePageActions([
    {
      id: "search",
      label: "Search the logs",
      icon: "search",
      key: "/",
      run: () => document.getElementById("log-search")?.focus(),
    },
    {
      id: "errors",
      label: "Only errors",
      icon: "alarm",
      run: () => setQuery({ level: "error" }),
    },
  ]);
  return (
    <ObservePage title="Logs" actions={<SavedViews page="logs" path="/observe/logs" />}>
      <div className="filters filter-fields">
        <Search id="log-search" label="Search logs" placeholder="Words of a line" />
        <Choice
          label="Level"
          name="level"
          choices={[["", "any"], ["error", "error"], ["warning", "warning"], ["info", "info"], [
            "debug",
            "debug",
          ]]}
        />
        <TimeRange />
        {trace && (
          <span className="token">
            <Icon name="trace" size={16} />
            Trace {trace.slice(0, 8)}…
            <IconButton
              icon="close"
              label="Any trace"
              onClick={() => setQuery({ traceId: null })}
            />
          </span>
        )}
      </div>
      <ListCard
        pages={pages}
        one="line"
        empty={
          <Empty
            icon="log"
            title={filtered ? "No line matches" : "Nothing yet"}
            action={filtered && <Button onClick={clear}>Clear the filters</Button>}
          >
            Older lines are let go after a while.
          </Empty>
        }
      >
        <ul className="log-lines log-page" onKeyDown={keys}>
          {pages.items.map((line) => <Line key={line.seq} line={line} />)}
        </ul>
      </ListCard>
    </ObservePage>
  );
}

function Line({ line }: { line: LogLine }) {
  const [open, setOpen] = useState(false);
  const fields = Object.entries(line.fields ?? {});
  const text = (value: unknown) => typeof value === "string" ? value : JSON.stringify(value);
  return (
    <li>
      <div className="log-line">
        <time className="num faint" dateTime={line.at} title={dateTime(line.at)}>
          {timeFine(line.at)}
        </time>
        <LogLevelMark level={line.level} />
        <button
          type="button"
          className="log-message"
          aria-expanded={open}
          onClick={() => setOpen(!open)}
        >
          <span className="wrap">{line.message}</span>
          {!open && fields.length > 0 && (
            <span className="faint clip">
              {fields.map(([name, value]) => `${name}=${text(value)}`).join("  ")}
            </span>
          )}
        </button>
        {line.traceId && <Link to={`/observe/traces/${line.traceId}`}>Trace</Link>}
      </div>
      {open && (
        <div className="log-fields">
          <Facts
            facts={[
              ["At", `${dateTime(line.at)} (${line.at})`],
              ...fields.map(([name, value]): [string, JSX.Element] => [
                name,
                <span key={name} className="wrap">{text(value)}</span>,
              ]),
            ]}
          />
        </div>
      )}
    </li>
  );
}
