import { type CSSProperties, useMemo, useState } from "react";
import type { LogLine, Trace } from "../api/kernel";
import { useQuery } from "../api/query";
import type { Page as ListOf } from "../api/types";
import { usePageActions } from "../shell/actions";
import { useEscape } from "../shell/keys";
import { useRecent } from "../shell/recent";
import { Link, navigate, setQuery, useLocation } from "../shell/router";
import { Button } from "../ui/Button";
import { Facts, Json } from "../ui/Data";
import { counted, dateTime, timeFine } from "../ui/format";
import { Icon } from "../ui/Icon";
import { Page, Section } from "../ui/Page";
import { useRowKeys } from "../ui/rows";
import { Failure, Skeleton } from "../ui/States";
import { LogLevelMark } from "./LogLevelMark";
import { lay, part, type Placed } from "./spans";
import { Outcome } from "./TracesPage";
import { milliseconds } from "./units";

/** More spans than this are drawn only when asked for. */
const MOST = 250;

/** One trace as a waterfall: who called whom, when, and for how long. */
export function TracePage({ id }: { id: string }) {
  const { query } = useLocation();
  const trace = useQuery<Trace>(`/api/traces/${encodeURIComponent(id)}`, 4000);
  const logs = useQuery<ListOf<LogLine>>(`/api/logs?limit=100&traceId=${encodeURIComponent(id)}`);
  const laid = useMemo(
    () => trace.data && trace.data.spans.length > 0 ? lay(trace.data) : null,
    [trace.data],
  );
  const [all, setAll] = useState(false);
  const keys = useRowKeys();
  const chosen = laid?.rows.find((each) => each.span.spanId === query.get("span"));
  const root = laid?.rows[0]?.span;
  const wrong = laid?.rows.filter((each) => each.span.error) ?? [];
  useEscape(() => navigate("/observe/traces"), 0);
  useEscape(() => setQuery({ span: null }), 1, !!chosen);
  useRecent(`/observe/traces/${id}`, root && `Trace of ${root.name}`, "trace");
  usePageActions(
    wrong[0]
      ? [{
        id: "error",
        label: "To the first error",
        icon: "alarm",
        key: "x",
        run: () => setQuery({ span: wrong[0]!.span.spanId }),
      }]
      : [],
  );
  if (!laid || !root) {
    return (
      <Page title="Trace" back={{ to: "/observe/traces", label: "Traces" }}>
        <div className="card">
          {trace.error !== null
            ? <Failure error={trace.error} retry={trace.refresh} />
            : <Skeleton lines={8} />}
        </div>
      </Page>
    );
  }
  const shown = all ? laid.rows : laid.rows.filter((row, at) => at < MOST || row === chosen);
  return (
    <Page
      title={root.name}
      back={{ to: "/observe/traces", label: "Traces" }}
      heading={
        <span className="heading-row">
          <span className="wrap">{root.name}</span>
          <Outcome error={wrong.length > 0} />
        </span>
      }
      lead={`${dateTime(laid.startedAt)} · ${milliseconds(laid.totalMs)} · ${
        counted(laid.rows.length, "span")
      }${wrong.length > 0 ? ` · ${counted(wrong.length, "error")}` : ""}`}
    >
      <div className={chosen ? "columns" : "column"}>
        <Section
          title="What happened when"
          className="card-table"
          aside={<span className="faint num">0 to {milliseconds(laid.totalMs)}</span>}
        >
          <ul className="waterfall" onKeyDown={keys}>
            {laid.rows.map((row) => (
              <Row
                key={row.span.spanId}
                row={row}
                chosen={row === chosen}
              />
            ))}
          </ul>
          {shown.length < laid.rows.length && (
            <div className="card-more">
              <Button onClick={() => setAll(true)}>Show all {laid.rows.length} spans</Button>
            </div>
          )}
        </Section>
        {chosen && <Detail row={chosen} />}
        <Section title="Logs of it">
          {logs.loading && <Skeleton lines={2} />}
          {logs.error !== null && <Failure error={logs.error} retry={logs.refresh} />}
          {logs.data?.items.length === 0 && <p className="faint">It left no lines in the log.</p>}
          <ul className="log-lines">
            {logs.data?.items.map((line) => (
              <li key={line.seq}>
                <time className="num faint" dateTime={line.at}>{timeFine(line.at)}</time>
                <LogLevelMark level={line.level} />
                <span className="wrap">{line.message}</span>
              </li>
            ))}
          </ul>
        </Section>
      </div>
    </Page>
  );
}

function Row({ row, chosen }: { row: Placed; chosen: boolean }) {
  const { span } = row;
  const { path } = useLocation();
  const kind = part(span);
  const place = { "--start": row.start, "--share": row.share } as CSSProperties;
  return (
    <li data-row="" className={chosen ? "span-row span-chosen" : "span-row"}>
      <Link
        to={`${path}?span=${encodeURIComponent(span.spanId)}`}
        aria-current={chosen ? "true" : undefined}
        className="span-link"
      >
        <span className="span-name" style={{ "--depth": Math.min(row.depth, 12) } as CSSProperties}>
          {span.error && <Icon name="alarm" size={15} />}
          {span.error && <span className="sr-only">Error:</span>}
          <span className="clip" title={span.name}>{span.name}</span>
        </span>
        <span className="span-part faint">{span.service ?? kind}</span>
        <span className="span-track" aria-hidden="true">
          <span
            className={`span-bar span-${kind}${span.error ? " span-wrong" : ""}`}
            style={place}
          />
        </span>
        <span className="num right span-took">
          {milliseconds(span.durationMs)}
          <span className="sr-only">, from {milliseconds(row.offsetMs)}</span>
        </span>
      </Link>
    </li>
  );
}

function Detail({ row }: { row: Placed }) {
  const { span } = row;
  const attributes = Object.entries(span.attributes ?? {});
  return (
    <Section title={span.name} className="span-detail">
      {span.error && (
        <p className="notice notice-wrong">
          {typeof span.error === "string" ? span.error : "It ended with an error."}
        </p>
      )}
      <Facts
        facts={[
          ["Part", span.service ?? part(span)],
          ["Kind", span.kind ?? "–"],
          ["Began at", `${milliseconds(row.offsetMs)} (${timeFine(span.startedAt)})`],
          ["Took", milliseconds(span.durationMs)],
          ...attributes.map(([name, value]): [string, JSX.Element] => [
            name,
            <Attribute key={name} name={name} value={value} />,
          ]),
        ]}
      />
      {(span.events?.length ?? 0) > 0 && (
        <>
          <h3>Events</h3>
          <Json value={span.events} />
        </>
      )}
    </Section>
  );
}

/** An attribute, as a link where it names something with a page of its own. */
function Attribute({ name, value }: { name: string; value: unknown }) {
  const text = typeof value === "string" ? value : JSON.stringify(value);
  const order = /(?:^|\b)order:([0-9a-f-]{36})/.exec(text);
  if (order?.[1]) return <Link to={`/orders/${order[1]}`}>{text}</Link>;
  if (/execution/.test(name) && /^[0-9a-f-]{36}$/.test(text)) {
    return <Link to={`/runs/${text}`}>{text}</Link>;
  }
  return <span className="wrap">{text}</span>;
}
