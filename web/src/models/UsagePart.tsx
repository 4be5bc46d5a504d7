import { useEffect, useRef, useState } from "react";
import { useQuery } from "../api/query";
import { Link, oneOf, useLocation } from "../shell/router";
import { count, date, humanise } from "../ui/format";
import { Section } from "../ui/Page";
import { Choice } from "../ui/Search";
import { Empty, Failure, Skeleton } from "../ui/States";
import { barsOf } from "./bars";
import type { Usage, UsageLine } from "./types";
import { amount, everyDay, tokensOf } from "./usage";

const HEIGHT = 200;
const DAYS: [string, string][] = [["30", "30 days"], ["7", "7 days"], ["90", "90 days"]];

/** What was spent: a bar for each day, agent or model, and the same in numbers. */
export function UsagePart() {
  const { query } = useLocation();
  const by = oneOf(query.get("by"), "day", "agent", "model");
  const days = Number(oneOf(query.get("days"), "30", "7", "90"));
  const from = new Date(Date.now() - (days - 1) * 86_400_000).toISOString().slice(0, 10);
  const usage = useQuery<Usage>(`/api/models/usage?by=${by}&from=${from}`, 15_000);
  const { data } = usage;
  const lines = data ? by === "day" ? everyDay(data.items, data.from, data.to) : data.items : [];
  const cost = (data?.items ?? []).reduce((sum, each) => sum + Number(each.cost), 0);
  const asked = (data?.items ?? []).reduce((sum, each) => sum + each.calls, 0);
  return (
    <>
      <div className="filters">
        <div className="filter-fields">
          <Choice
            label="By"
            name="by"
            choices={[["day", "day"], ["agent", "agent"], ["model", "model"]]}
          />
          <Choice label="Of the last" name="days" choices={DAYS} />
        </div>
      </div>
      {usage.loading && (
        <div className="card">
          <Skeleton lines={8} />
        </div>
      )}
      {usage.error !== null && (
        <div className="card">
          <Failure error={usage.error} retry={usage.refresh} />
        </div>
      )}
      {data && data.items.length === 0 && (
        <div className="card">
          <Empty icon="chart" title="No model was asked">
            In these days agents decided by their rules.{" "}
            <Link to="/agents">Set an agent to a model</Link>, and what it spends is shown here.
          </Empty>
        </div>
      )}
      {data && data.items.length > 0 && (
        <Section
          title={`Cost by ${by}`}
          aside={
            <strong className="num">
              {amount(String(cost), data.currency)}, {count(asked)} questions
            </strong>
          }
        >
          <UsageBars lines={lines} by={by} currency={data.currency} />
          <UsageTable
            lines={by === "day" ? [...data.items].reverse() : data.items}
            by={by}
            currency={data.currency}
          />
        </Section>
      )}
    </>
  );
}

interface Props {
  lines: UsageLine[];
  by: Usage["by"];
  currency: string;
}

const shown = (line: UsageLine, by: Usage["by"]) => by === "day" ? date(line.name) : line.name;

function UsageBars({ lines, by, currency }: Props) {
  const frame = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(640);
  useEffect(() => {
    const element = frame.current;
    if (!element) return;
    const watch = new ResizeObserver((entries) => {
      const next = entries[0]?.contentRect.width;
      if (next) setWidth(Math.round(next));
    });
    watch.observe(element);
    return () => watch.disconnect();
  }, []);
  const { bars, ticks, base } = barsOf(lines.map((each) => Number(each.cost)), width, HEIGHT);
  const step = Math.max(1, Math.ceil((lines.length * (by === "day" ? 56 : 110)) / width));
  return (
    <div ref={frame} className="chart usage-bars">
      <svg
        width={width}
        height={HEIGHT}
        role="img"
        aria-label={`Cost by ${by}; the table below has the numbers`}
      >
        {ticks.map((each) => (
          <g key={each.value} className="chart-tick">
            <line x1={56} x2={width} y1={each.y} y2={each.y} />
            <text x={50} y={each.y + 4} textAnchor="end">
              {each.value === 0 ? "0" : amount(String(each.value), currency)}
            </text>
          </g>
        ))}
        {bars.map((each, index) => {
          const line = lines[index];
          if (!line) return null;
          return (
            <g key={line.name}>
              <rect
                className="usage-bar"
                x={each.x}
                y={each.y}
                width={each.width}
                height={each.height}
                rx={2}
              >
                <title>{`${shown(line, by)}: ${amount(line.cost, currency)}`}</title>
              </rect>
              {index % step === 0 && (
                <text
                  x={each.x + each.width / 2}
                  y={base + 16}
                  textAnchor="middle"
                >
                  {by === "day" ? date(line.name) : humanise(line.name).slice(0, 16)}
                </text>
              )}
            </g>
          );
        })}
      </svg>
    </div>
  );
}

function UsageTable({ lines, by, currency }: Props) {
  return (
    <div className="scroll-x">
      <table className="table table-plain usage-table" aria-label={`Usage by ${by}`}>
        <thead>
          <tr>
            <th scope="col">{humanise(by)}</th>
            <th scope="col" className="right">Questions</th>
            <th scope="col" className="right">Tokens read</th>
            <th scope="col" className="right">Tokens written</th>
            <th scope="col" className="right">Cost</th>
          </tr>
        </thead>
        <tbody>
          {lines.map((each) => (
            <tr key={each.name}>
              <td className="cell-main strong wrap">{shown(each, by)}</td>
              <td data-label="Questions" className="num right">{count(each.calls)}</td>
              <td data-label="Tokens read" className="num right">
                {count(tokensOf(each) - each.tokens.output)}
              </td>
              <td data-label="Tokens written" className="num right">{count(each.tokens.output)}</td>
              <td data-label="Cost" className="num right">{amount(each.cost, currency)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
