import { area, line } from "d3-shape";
import { useEffect, useId, useMemo, useRef, useState } from "react";
import type { Point, Series, Widget } from "../api/kernel";
import { dateTime, time } from "../ui/format";
import { plot } from "./chart";
import { amount, tick } from "./units";

const HEIGHT = 170;
/** Rows of the table that stands for a chart. */
const ROWS = 60;

interface Props {
  widget: Widget;
  minutes: number;
  /** Without the table and the help, for screens that nobody touches. */
  plain?: boolean;
}

/** One measure of a dashboard: a number, a line or bars, and the same as a table. */
export function WidgetCard({ widget, minutes, plain }: Props) {
  const title = useId();
  const last = latest(widget);
  return (
    <section
      className={`card widget widget-is-${widget.kind}`}
      aria-labelledby={title}
    >
      <header className="card-head">
        <h2 id={title}>{widget.title}</h2>
        {widget.kind !== "number" && <strong className="num">{amount(last, widget.unit)}</strong>}
      </header>
      {widget.kind === "number" && (
        <p className="widget-number num">{amount(widget.value ?? last, widget.unit)}</p>
      )}
      {widget.kind === "line" && <LineChart widget={widget} minutes={minutes} />}
      {widget.kind === "bar" && <Bars widget={widget} />}
      {!plain && widget.help && <p className="faint widget-help">{widget.help}</p>}
      {!plain && widget.kind === "line" && <Numbers widget={widget} />}
    </section>
  );
}

function latest(widget: Widget): number | null {
  if (typeof widget.value === "number") return widget.value;
  const points = widget.series[0]?.points ?? [];
  for (let at = points.length - 1; at >= 0; at--) {
    const value = points[at]?.value;
    if (typeof value === "number") return value;
  }
  return null;
}

export function useWidth(): [React.RefObject<HTMLDivElement>, number] {
  const ref = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(480);
  useEffect(() => {
    const element = ref.current;
    if (!element) return;
    const watch = new ResizeObserver((entries) => {
      const next = entries[0]?.contentRect.width;
      if (next) setWidth(Math.round(next));
    });
    watch.observe(element);
    return () => watch.disconnect();
  }, []);
  return [ref, width];
}

function LineChart({ widget, minutes }: { widget: Widget; minutes: number }) {
  const [frame, width] = useWidth();
  const [at, setAt] = useState<number | null>(null);
  const shown = widget.series.slice(0, 6);
  const moments = shown.flatMap((each) => each.points.map((point) => Date.parse(point.at)));
  const to = Math.max(Date.now(), ...moments);
  const chart = useMemo(
    () => plot(shown, width, HEIGHT, { from: to - minutes * 60_000, to }),
    // Drawn anew when its points change, not each millisecond.
    [widget.series, width, minutes],
  );
  const drawn = line<Point>().defined((point) => typeof point.value === "number")
    .x((point) => chart.x(point.at)).y((point) => chart.y(point.value ?? 0));
  const filled = area<Point>().defined((point) => typeof point.value === "number")
    .x((point) => chart.x(point.at)).y0(chart.y(0)).y1((point) => chart.y(point.value ?? 0));
  const points = shown[0]?.points ?? [];
  const pointed = at === null ? undefined : points[at];
  const nearest = (x: number) => {
    let best = -1;
    let away = Infinity;
    points.forEach((point, index) => {
      const distance = Math.abs(chart.x(point.at) - x);
      if (distance < away) [best, away] = [index, distance];
    });
    setAt(best >= 0 ? best : null);
  };
  if (points.length === 0) return <p className="faint widget-none">Nothing was measured yet.</p>;
  return (
    <div className="chart" ref={frame}>
      <svg
        width={width}
        height={HEIGHT}
        aria-hidden="true"
        onPointerMove={(event) =>
          nearest(event.clientX - event.currentTarget.getBoundingClientRect().left)}
        onPointerLeave={() => setAt(null)}
      >
        {chart.values.map((value) => (
          <g key={value} className="chart-tick">
            <line x1={chart.left} x2={width - 8} y1={chart.y(value)} y2={chart.y(value)} />
            <text x={chart.left - 6} y={chart.y(value) + 4} textAnchor="end">
              {tick(value, widget.unit)}
            </text>
          </g>
        ))}
        {chart.moments.map((moment) => (
          <text
            key={moment.getTime()}
            className="chart-time"
            x={chart.x(moment.toISOString())}
            y={HEIGHT - 5}
            textAnchor="middle"
          >
            {minutes > 1440
              ? dateTime(moment.toISOString()).split(",")[0]
              : time(moment.toISOString())}
          </text>
        ))}
        {shown.length === 1 && (
          <path className="chart-area chart-0" d={filled(points) ?? undefined} />
        )}
        {shown.map((each, index) => (
          <path
            key={each.name}
            className={`chart-line chart-${index}`}
            d={drawn(each.points) ?? undefined}
          />
        ))}
        {pointed && (
          <line
            className="chart-cursor"
            x1={chart.x(pointed.at)}
            x2={chart.x(pointed.at)}
            y1={8}
            y2={HEIGHT - chart.bottom}
          />
        )}
      </svg>
      {shown.length > 1 && (
        <ul className="chart-legend">
          {shown.map((each, index) => (
            <li key={each.name}>
              <svg width="22" height="10" aria-hidden="true">
                <path className={`chart-line chart-${index}`} d="M1 5h20" />
              </svg>
              {each.name}
            </li>
          ))}
        </ul>
      )}
      {pointed && (
        <p className="chart-said num" aria-hidden="true">
          {dateTime(pointed.at)}: {shown.map((each) =>
            `${shown.length > 1 ? `${each.name} ` : ""}${
              amount(each.points[at ?? 0]?.value ?? null, widget.unit)
            }`
          ).join(", ")}
        </p>
      )}
    </div>
  );
}

/** Bars are a list: the name, the bar, the number. */
function Bars({ widget }: { widget: Widget }) {
  const rows = widget.series.map((each) => ({
    name: each.name,
    value: each.points[each.points.length - 1]?.value ?? null,
  }));
  const most = Math.max(0, ...rows.map((row) => row.value ?? 0));
  if (rows.length === 0) return <p className="faint widget-none">Nothing was measured yet.</p>;
  return (
    <ul className="bars">
      {rows.map((row) => (
        <li key={row.name}>
          <span className="clip" title={row.name}>{row.name}</span>
          <span className="bar-track" aria-hidden="true">
            <span style={{ width: `${most > 0 ? ((row.value ?? 0) / most) * 100 : 0}%` }} />
          </span>
          <span className="num right">{amount(row.value, widget.unit)}</span>
        </li>
      ))}
    </ul>
  );
}

/** The same as a table, for those who do not see the drawing, and for copying. */
function Numbers({ widget }: { widget: Widget }) {
  const [open, setOpen] = useState(false);
  const rows = [...(widget.series[0]?.points ?? [])].slice(-ROWS).reverse();
  const value = (each: Series, at: string) =>
    each.points.find((point) => point.at === at)?.value ?? null;
  return (
    <details className="numbers" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>As a table</summary>
      {open && (
        <div
          className="scroll-x numbers-scroll"
          tabIndex={0}
          role="region"
          aria-label={`${widget.title} as a table`}
        >
          <table className="table table-plain table-kept">
            <thead>
              <tr>
                <th scope="col">At</th>
                {widget.series.map((each) => (
                  <th key={each.name} scope="col" className="right">{each.name}</th>
                ))}
              </tr>
            </thead>
            <tbody>
              {rows.map((point) => (
                <tr key={point.at}>
                  <th scope="row" className="num">{dateTime(point.at)}</th>
                  {widget.series.map((each) => (
                    <td key={each.name} className="num right">
                      {amount(value(each, point.at), widget.unit)}
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </details>
  );
}
