import { useState } from "react";
import { useQuery } from "../api/query";
import type { AgentSummary, Decision, Page as ListOf, Run } from "../api/types";
import { Link } from "../shell/router";
import { duration, humanise } from "../ui/format";
import { Icon } from "../ui/Icon";
import { Section } from "../ui/Page";
import { Failure, Skeleton } from "../ui/States";
import { type Flow, flow, type Step, type StepState } from "./flow";
import { RunBadge } from "./status";

const ROW = 32;
const LANE = 20;
const EDGE = 12;

interface Props {
  runId: string;
  /** Asked for every two seconds while an agent is at work. */
  live: boolean;
  decisions: Decision[];
  /** Why the order failed, where the page says so already. */
  said: string | null;
}

/** The run as a thread through the agents: one lane each, one row a step. */
export function FlowCard({ runId, live, decisions, said }: Props) {
  // A run goes on a little after the order is booked: it still has to tell the customer.
  const [running, setRunning] = useState(true);
  const run = useQuery<Run>(`/api/executions/${runId}`, live || running ? 1000 : 0, [
    `runs/${runId}`,
  ]);
  const goesOn = run.data === undefined || run.data.status === "RUNNING";
  if (goesOn !== running) setRunning(goesOn);
  const agents = useQuery<ListOf<AgentSummary>>("/api/agents");
  if (run.error !== null) {
    return (
      <Section title="How it was done">
        <Failure error={run.error} retry={run.refresh} />
      </Section>
    );
  }
  if (!run.data || agents.loading) {
    return (
      <Section title="How it was done">
        <Skeleton lines={8} />
      </Section>
    );
  }
  const told = flow(run.data, agents.data?.items ?? [], decisions);
  return (
    <Section
      title={run.data.status === "RUNNING" ? "Being done now" : "How it was done"}
      aside={
        <span className="card-aside">
          <span className="faint num">{told.done} of {told.planned} steps</span>
          <RunBadge status={run.data.status} />
          <Link to={`/runs/${run.data.id}`}>Run</Link>
        </span>
      }
    >
      <Thread told={told} />
      {run.data.error && run.data.cause !== said && (
        <p className="form-error" role="status">
          <Icon name="alarm" />
          <span>
            <strong>{run.data.error}</strong> {run.data.cause}
          </span>
        </p>
      )}
    </Section>
  );
}

function Thread({ told }: { told: Flow }) {
  const { lanes, steps } = told;
  const width = EDGE * 2 + LANE * (lanes.length - 1);
  const height = steps.length * ROW;
  const rows = steps.map((_, index) => index);
  // What was not reached is passed by, so that the strong line shows only what happened.
  const went = rows.filter((index) => !AHEAD.has(steps[index]?.state ?? "waiting"));
  return (
    <div className="flow">
      <ul className="flow-lanes" aria-label="Agents">
        {lanes.map((lane, index) => (
          <li key={lane} className={`lane-${index % 4}`}>
            <span className="flow-dot" />
            {humanise(lane)}
          </li>
        ))}
      </ul>
      <div className="flow-body">
        <svg width={width} height={height} className="flow-thread" aria-hidden="true">
          {lanes.map((lane, index) => (
            <line
              key={lane}
              className={`flow-warp lane-${index % 4}`}
              x1={x(index)}
              x2={x(index)}
              y1={4}
              y2={height - 4}
            />
          ))}
          <path className="flow-ahead" d={thread(steps, rows)} />
          <path className="flow-weft" d={thread(steps, went)} />
          {steps.map((step, index) => (
            <circle
              key={step.key}
              className={`flow-knot flow-${step.state} lane-${step.lane % 4}`}
              cx={x(step.lane)}
              cy={y(index)}
              r={step.inner ? 3 : 5.5}
            />
          ))}
        </svg>
        <ol className="flow-steps">
          {steps.map((step) => (
            <li
              key={step.key}
              className={`flow-step flow-step-${step.state}${step.inner ? " flow-inner" : ""}`}
              aria-current={step.state === "running" ? "step" : undefined}
            >
              <span className="flow-label" title={step.note || undefined}>
                {step.label}
                {step.note && <span className="faint flow-note">{step.note}</span>}
              </span>
              <span className={`flow-agent lane-${step.lane % 4}`}>
                {humanise(lanes[step.lane] ?? "")}
              </span>
              <span className="num faint flow-time">
                {step.micros !== null ? duration(step.micros) : ""}
              </span>
              <span className="flow-state">{WORDS[step.state]}</span>
            </li>
          ))}
        </ol>
      </div>
    </div>
  );
}

const WORDS: Record<StepState, string> = {
  done: "done",
  running: "now",
  failed: "failed",
  waiting: "to come",
  skipped: "not reached",
};

const x = (lane: number) => EDGE + lane * LANE;
const y = (row: number) => row * ROW + ROW / 2;

const AHEAD = new Set<StepState>(["waiting", "skipped"]);

/** A line from knot to knot of these rows, bending where it changes lanes or passes a row by. */
function thread(steps: Step[], rows: number[]): string {
  let d = "";
  rows.forEach((row, index) => {
    const step = steps[row];
    const last = rows[index - 1];
    const before = last === undefined ? undefined : steps[last];
    if (!step) return;
    if (!before || last === undefined) d += `M${x(step.lane)} ${y(row)}`;
    else if (before.lane !== step.lane) {
      const middle = (y(last) + y(row)) / 2;
      d += `C${x(before.lane)} ${middle} ${x(step.lane)} ${middle} ${x(step.lane)} ${y(row)}`;
    } else if (row === last + 1) d += `L${x(step.lane)} ${y(row)}`;
    else {
      const aside = x(step.lane) + LANE / 2;
      d += `C${aside} ${y(last) + ROW} ${aside} ${y(row) - ROW} ${x(step.lane)} ${y(row)}`;
    }
  });
  return d;
}
