import { useMemo, useState } from "react";
import { useWidth } from "../observe/WidgetCard";
import { dateTime, time } from "../ui/format";
import { Icon } from "../ui/Icon";
import { at as evaluationAt } from "./course";
import { course } from "./plot";
import { comparisonWords, tickWords, valueWords } from "./predicate";
import type { Evaluation, Intent, Remediation } from "./types";
import { remediationName } from "./words";

const HEIGHT = 260;
const STATES: Record<Evaluation["state"], string> = {
  holds: "holds",
  broken: "does not hold",
  "no-data": "nothing to measure",
  "no-telemetry": "no telemetry",
};

interface Props {
  intent: Intent;
  evaluations: Evaluation[];
  /** Numbered as in the list beside it. */
  remediations: Remediation[];
  span: { from: number; to: number };
}

/** The measured value against its target; where it did not hold is shaded, remediations are marked. */
export function CourseChart({ intent, evaluations, remediations, span }: Props) {
  const [frame, width] = useWidth();
  const [pointed, setPointed] = useState<number | null>(null);
  const { measure } = intent;
  const drawn = useMemo(
    () => course(measure, evaluations, { width, height: HEIGHT }, span),
    [measure, evaluations, width, span.from, span.to],
  );
  const marks = remediations.map((each, index) => ({
    each,
    number: remediations.length - index,
    at: Date.parse(each.startedAt ?? each.at),
  })).filter(({ at }) => at >= span.from && at <= span.to);
  const here = pointed === null ? undefined : evaluationAt(evaluations, pointed);
  const target = drawn.y(measure.target);
  const long = span.to - span.from > 86_400_000;
  const states = new Set(drawn.bands.map((each) => each.state));
  return (
    <div className="chart course" ref={frame}>
      <svg
        width={width}
        height={HEIGHT}
        role="img"
        aria-label={`${intent.desired_outcome}: measured values against the target`}
        onPointerMove={(event) => {
          const box = event.currentTarget.getBoundingClientRect();
          const part = (event.clientX - box.left - drawn.left) /
            (width - drawn.left - 10);
          setPointed(span.from + Math.max(0, Math.min(1, part)) * (span.to - span.from));
        }}
        onPointerLeave={() => setPointed(null)}
      >
        <defs>
          <pattern
            id="nothing"
            width="6"
            height="6"
            patternUnits="userSpaceOnUse"
            patternTransform="rotate(45)"
          >
            <path className="course-hatch" d="M0 0V6" />
          </pattern>
        </defs>
        {drawn.bands.map((band) =>
          band.state !== "holds" && (
            <rect
              key={band.from}
              className={`course-band course-${band.state}`}
              x={drawn.x(band.from)}
              y={10}
              width={Math.max(1.5, drawn.x(band.to) - drawn.x(band.from))}
              height={HEIGHT - drawn.bottom - 10}
            />
          )
        )}
        {drawn.values.map((value) => (
          <g key={value} className="chart-tick">
            <line x1={drawn.left} x2={width - 10} y1={drawn.y(value)} y2={drawn.y(value)} />
            <text x={drawn.left - 6} y={drawn.y(value) + 4} textAnchor="end">
              {tickWords(measure, value)}
            </text>
          </g>
        ))}
        {drawn.moments.map((moment) => (
          <text
            key={moment.getTime()}
            className="chart-time"
            x={drawn.x(moment.getTime())}
            y={HEIGHT - 6}
            textAnchor={drawn.x(moment.getTime()) > width - 50 ? "end" : "middle"}
          >
            {long ? dateTime(moment.toISOString()) : time(moment.toISOString())}
          </text>
        ))}
        <line className="course-target" x1={drawn.left} x2={width - 10} y1={target} y2={target} />
        <path className="chart-line chart-0" d={drawn.line} />
        {marks.map(({ each, number, at }) => (
          <g key={each.id} className="course-mark" transform={`translate(${drawn.x(at)} 0)`}>
            <title>{`${number}: ${remediationName(each.name)}`}</title>
            <line y1={26} y2={HEIGHT - drawn.bottom} />
            <rect x={-10} y={10} width={20} height={17} rx={5} />
            <text y={23} textAnchor="middle">{number}</text>
          </g>
        ))}
        {pointed !== null && (
          <line
            className="chart-cursor"
            x1={drawn.x(pointed)}
            x2={drawn.x(pointed)}
            y1={10}
            y2={HEIGHT - drawn.bottom}
          />
        )}
      </svg>
      <ul className="chart-legend">
        <li>
          <svg width="22" height="10" aria-hidden="true">
            <path className="chart-line chart-0" d="M1 5h20" />
          </svg>
          Measured
        </li>
        <li>
          <svg width="22" height="10" aria-hidden="true">
            <line className="course-target" x1="1" x2="21" y1="5" y2="5" />
          </svg>
          Target, {comparisonWords(measure.comparison)} {valueWords(measure, measure.target)}
        </li>
        {states.has("broken") && (
          <li>
            <i className="course-swatch course-swatch-broken">
              <Icon name="alarm" size={12} />
            </i>
            Did not hold
          </li>
        )}
        {(states.has("no-data") || states.has("no-telemetry")) && (
          <li>
            <svg width="16" height="16" aria-hidden="true">
              <rect className="course-band course-no-data" width="16" height="16" rx="3" />
            </svg>
            Nothing measured
          </li>
        )}
        {marks.length > 0 && (
          <li>
            <i className="course-number">1</i>
            Remediation
          </li>
        )}
      </ul>
      {pointed !== null && (
        <p className="chart-said num" aria-hidden="true">
          {dateTime(new Date(pointed).toISOString())}:{" "}
          {here ? `${valueWords(measure, here.value)}, ${STATES[here.state]}` : "not looked at"}
        </p>
      )}
    </div>
  );
}

/** The same as a table, for those who do not see the drawing. */
export function CourseTable({ intent, evaluations }: Pick<Props, "intent" | "evaluations">) {
  const [open, setOpen] = useState(false);
  const rows = evaluations.slice(-60).reverse();
  return (
    <details className="numbers" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>As a table</summary>
      {open && (
        <div
          className="scroll-x numbers-scroll"
          tabIndex={0}
          role="region"
          aria-label="Evaluations as a table"
        >
          <table className="table table-plain table-kept">
            <thead>
              <tr>
                <th scope="col">From</th>
                <th scope="col">To</th>
                <th scope="col" className="right">Value</th>
                <th scope="col">The predicate</th>
              </tr>
            </thead>
            <tbody>
              {rows.map((each) => (
                <tr key={each.at}>
                  <th scope="row" className="num">{dateTime(each.at)}</th>
                  <td className="num">{time(each.until)}</td>
                  <td className="num right">{valueWords(intent.measure, each.value)}</td>
                  <td>{STATES[each.state]}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </details>
  );
}
