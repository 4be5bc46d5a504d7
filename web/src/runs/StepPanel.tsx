import { Fragment } from "react";
import { useQuery } from "../api/query";
import type { Decision, Page as ListOf, Run, RunEvent } from "../api/types";
import { Link } from "../shell/router";
import { IconButton } from "../ui/Button";
import { Facts } from "../ui/Data";
import { humanise, percent, timeFine } from "../ui/format";
import { Icon } from "../ui/Icon";
import { Section } from "../ui/Page";
import type { State } from "./definition";
import { JsonTree } from "./JsonTree";
import { StepBadge } from "./looks";
import { Speaking } from "./Speaking";
import type { StepSpeech } from "./speech";
import { type Attempt, detailsOf, span, type Visit } from "./steps";

interface Props {
  run: Run & { traceId?: string };
  name: string;
  state: State;
  visits: Visit[];
  at: number;
  /** What a model says in it, while it does. */
  speech: StepSpeech | null;
  onVisit: (index: number) => void;
  onClose: () => void;
}

/** One step: what it was given, what it made, how often it was tried, and who decided in it. */
export function StepPanel({ run, name, state, visits, at, speech, onVisit, onClose }: Props) {
  const visit = visits[Math.min(at, visits.length - 1)];
  const [, kind = "", resource = ""] = /^weft:(\w+):(.*)$/.exec(state.Resource ?? "") ?? [];
  const children = (visit?.attempts ?? []).flatMap((each) => each.child ?? []);
  return (
    <Section
      title={humanise(name)}
      className="step-panel"
      aside={
        <span className="card-aside">
          {visit && <StepBadge state={visit.state} />}
          <IconButton icon="close" label="No step" onClick={onClose} />
        </span>
      }
    >
      {state.Comment && <p className="lead">{state.Comment}</p>}
      <Facts
        facts={[
          ["State", <code key="name" className="wrap">{name}, {state.Type}</code>],
          ...(resource
            ? [[humanise(kind), <code key="resource" className="wrap">{resource}</code>] as [
              string,
              JSX.Element,
            ]]
            : []),
          ...(visit?.entered
            ? [["Entered", timeFine(new Date(visit.entered).toISOString())] as [string, string]]
            : []),
          ...(visit?.entered && visit.left
            ? [["Took", span(visit.left - visit.entered)] as [string, string]]
            : []),
          ...(visit?.index !== null && visit?.index !== undefined
            ? [["Iteration", String(visit.index + 1)] as [string, string]]
            : []),
          ...(children.length > 0
            ? [[
              children.length > 1 ? "Runs it started" : "Run it started",
              <Fragment key="children">
                {children.map((id) => (
                  <div key={id}>
                    <Link className="wrap" to={`/runs/${id}`}>{id}</Link>
                  </div>
                ))}
              </Fragment>,
            ] as [string, JSX.Element]]
            : []),
        ]}
      />
      {visits.length > 1 && (
        <label className="inline-field step-visits">
          <span>Visit</span>
          <select
            className="input select"
            value={Math.min(at, visits.length - 1)}
            onChange={(event) => onVisit(Number(event.target.value))}
          >
            {visits.map((each, index) => (
              <option key={each.enteredEvent} value={index}>
                {index + 1} of {visits.length}
                {each.index !== null ? `, iteration ${each.index + 1}` : ""}, {each.state}
              </option>
            ))}
          </select>
        </label>
      )}
      {!visit && <p className="faint">The run did not come here.</p>}
      {visit?.error && (
        <p className="notice notice-wrong">
          <strong>{visit.error}</strong>
          {visit.cause && <>: {visit.cause}</>}
          {visit.state === "caught" && " It was caught, and the run went on."}
        </p>
      )}
      {visit && visit.attempts.length > 0 && (
        <Attempts attempts={visit.attempts} most={state.Retry?.[0]?.MaxAttempts} />
      )}
      {speech && visit?.state === "running" && <Speaking {...speech} />}
      {kind === "agent" && visit && <Decided run={run} agent={resource} visit={visit} />}
      {visit && (
        <>
          <h3 className="step-part">Input</h3>
          <Whole
            run={run}
            event={visit.enteredEvent}
            cut={visit.inputCut}
            value={visit.input}
            label="Input"
          />
          <h3 className="step-part">Output</h3>
          {visit.exitedEvent !== null
            ? (
              <Whole
                run={run}
                event={visit.exitedEvent}
                cut={visit.outputCut}
                value={visit.output}
                label="Output"
              />
            )
            : <p className="faint">{visit.state === "running" ? "Not there yet." : "None."}</p>}
        </>
      )}
    </Section>
  );
}

/** A value, fetched whole where the run's detail left it out for its size. */
function Whole(
  { run, event, cut, value, label }: {
    run: Run;
    event: number;
    cut: boolean;
    value: unknown;
    label: string;
  },
) {
  const whole = useQuery<RunEvent>(
    cut ? `/api/executions/${encodeURIComponent(run.id)}/events/${event}` : null,
  );
  if (!cut) return <JsonTree value={value ?? null} label={label} />;
  if (whole.error !== null) return <p className="wrong">It could not be fetched.</p>;
  if (!whole.data) return <p className="faint">Fetching…</p>;
  const details = detailsOf(whole.data);
  return <JsonTree value={details.input ?? details.output ?? null} label={label} />;
}

const OUTCOMES: Record<Attempt["outcome"], string> = {
  running: "running",
  succeeded: "succeeded",
  failed: "failed",
  "timed out": "timed out",
};

function Attempts({ attempts, most }: { attempts: Attempt[]; most: number | undefined }) {
  if (attempts.length === 1 && attempts[0]?.outcome === "succeeded") return null;
  return (
    <>
      <h3 className="step-part">
        {attempts.length === 1 ? "One attempt" : `${attempts.length} attempts`}
        {most !== undefined && <span className="faint">, at most {most + 1}</span>}
      </h3>
      <ol className="attempts">
        {attempts.map((each, index) => (
          <li key={index} className={each.error ? "attempt attempt-failed" : "attempt"}>
            <Icon
              name={each.outcome === "succeeded"
                ? "check"
                : each.outcome === "running"
                ? "clock"
                : "alarm"}
              size={16}
            />
            <span>
              <strong>{index + 1}. {OUTCOMES[each.outcome]}</strong>
              {each.from && each.to && (
                <span className="num faint">, {span(each.to - each.from)}</span>
              )}
              {each.error && (
                <span className="attempt-cause">{each.error}{each.cause && `: ${each.cause}`}</span>
              )}
            </span>
          </li>
        ))}
      </ol>
    </>
  );
}

const DECISIONS = ["decisions"];

/** The decision that an agent took in this step, with the way to all of it. */
function Decided(
  { run, agent, visit }: { run: Run & { traceId?: string }; agent: string; visit: Visit },
) {
  // By its time, not by what it is about: a model may name another thing than the run does.
  const found = useQuery<ListOf<Decision>>(
    visit.entered === null ? null : `/api/decisions?${new URLSearchParams({
      agent,
      from: new Date(visit.entered - 1000).toISOString(),
      ...(visit.left === null ? {} : { to: new Date(visit.left + 1000).toISOString() }),
      limit: "200",
    })}`,
    run.status === "RUNNING" ? 3000 : 0,
    DECISIONS,
  );
  const mine = (found.data?.items ?? []).filter((each) => each.executionId === run.id);
  if (mine.length === 0 && !run.traceId) return null;
  return (
    <>
      <h3 className="step-part">Decided</h3>
      {mine.length === 0 && <p className="faint">No decision yet.</p>}
      {mine.map((each) => (
        <div key={each.id} className="decided">
          <p>
            <strong>{each.choice}</strong>
            {typeof each.confidence === "number" && (
              <span className="faint">, {percent(each.confidence)} sure</span>
            )}
          </p>
          {each.rationale && <p className="faint">{each.rationale}</p>}
          <Link to={`/decisions/${encodeURIComponent(each.id)}`}>The whole decision</Link>
        </div>
      ))}
      {run.traceId && <Link to={`/observe/traces/${run.traceId}`}>Trace of the run</Link>}
    </>
  );
}
