import { Fragment } from "react";
import type { Decision, Option, ToolCall } from "../api/types";
import { JsonTree } from "../runs/JsonTree";
import { Link } from "../shell/router";
import { Facts, Meter, Value } from "../ui/Data";
import { count, counted, dateTime, duration, humanise, percent } from "../ui/format";
import { Icon } from "../ui/Icon";
import { ModelCalls } from "./ModelCalls";
import { useCurrency } from "./useCurrency";
import { agreement, byModel, decider, gist, insteadOf, modelCost, ranked, sureness } from "./words";

/** Seen, asked, weighed, chosen and why, and what it took. */
export function DecisionBody({ decision }: { decision: Decision }) {
  const { possible, ruledOut } = ranked(decision);
  const missed = insteadOf(decision);
  const calls = decision.toolCalls ?? [];
  const turns = decision.modelCalls ?? [];
  return (
    <div className="decision-body">
      {decision.overruled && (
        <section className="notice notice-wrong overruled" aria-label="Overruled">
          <p>
            <strong>
              {decision.overruled.by.name} overruled this: “{decision.overruled.choice}” instead.
            </strong>
          </p>
          <p>{decision.overruled.reason}</p>
          <p>{dateTime(decision.overruled.at)}</p>
        </section>
      )}
      {missed && (
        <p className="notice notice-instead">
          <Icon name="alarm" size={16} /> {missed}
        </p>
      )}
      <section>
        <h3>Chosen, and why</h3>
        <p className="rationale">{decision.rationale || "No reason was recorded."}</p>
      </section>
      {possible.length > 0 && (
        <section>
          <h3>Weighed</h3>
          <ol className="options">
            {possible.map((option, index) => (
              <OptionRow
                key={`${option.label}-${index}`}
                option={option}
                chosen={option.label === decision.choice}
              />
            ))}
          </ol>
        </section>
      )}
      {ruledOut.length > 0 && (
        <section>
          <details className="ruled-out" open={ruledOut.length <= 3}>
            <summary>
              <h3>Ruled out: {ruledOut.length}</h3>
            </summary>
            <ul className="options">
              {ruledOut.map((option, index) => (
                <OptionRow key={`${option.label}-${index}`} option={option} chosen={false} />
              ))}
            </ul>
          </details>
        </section>
      )}
      {calls.length > 0 && (
        <section>
          <h3>Asked of its tools</h3>
          <ol className="tools">
            {calls.map((call, index) => <ToolRow key={index} call={call} />)}
          </ol>
        </section>
      )}
      {turns.length > 0 && (
        <section>
          <h3>Asked of the model</h3>
          <ModelCalls calls={turns} />
        </section>
      )}
      <div className="decision-pair">
        {decision.inputs !== undefined && decision.inputs !== null && (
          <section>
            <h3>Seen at the start</h3>
            <Value value={decision.inputs} />
          </section>
        )}
        <section>
          <h3>Who decided, and what it took</h3>
          <Costs decision={decision} />
        </section>
      </div>
      {hasContent(decision.output) && (
        <section>
          <details className="more-data">
            <summary>What it gave back</summary>
            <JsonTree value={decision.output} label="Output" />
          </details>
        </section>
      )}
    </div>
  );
}

function OptionRow({ option, chosen }: { option: Option; chosen: boolean }) {
  const state = chosen ? "chosen" : option.rejected ? "rejected" : "possible";
  return (
    <li className={`option option-${state}`}>
      <div className="option-head">
        <span className="option-state">
          <Icon name={chosen ? "check" : option.rejected ? "close" : "minus"} size={15} />
          {state === "rejected" ? "ruled out" : state}
        </span>
        <strong>{option.label}</strong>
        {typeof option.score === "number" && (
          <span className="option-score">
            <Meter value={option.score} label={`Score ${option.score.toFixed(2)}`} />
            <span className="num">{option.score.toFixed(2)}</span>
          </span>
        )}
      </div>
      {(option.reasons?.length ?? 0) > 0 && (
        <ul className="reasons">
          {option.reasons?.map((reason, index) => <li key={index}>{reason}</li>)}
        </ul>
      )}
      {hasContent(option.detail) && (
        <details className="more-data">
          <summary>Figures</summary>
          <Value value={option.detail} />
        </details>
      )}
    </li>
  );
}

function ToolRow({ call }: { call: ToolCall }) {
  const wrong = call.error !== undefined && call.error !== null;
  const error = call.error as { code?: string; message?: string } | undefined;
  const agreed = agreement(call);
  return (
    <li>
      <details>
        <summary className={wrong ? "tool tool-wrong" : "tool"}>
          <Icon name={wrong ? "alarm" : "tool"} size={16} />
          <span className="tool-words">
            <span className="tool-name">{humanise(call.tool)}</span>
            <span className="tool-gist">
              {wrong ? error?.message ?? "failed" : gist(call.output)}
            </span>
            {agreed && (
              <span className="tool-agreed">
                <Icon name="people" size={14} /> {agreed}
              </span>
            )}
          </span>
          {wrong && <span>failed</span>}
          {call.durationMicros !== undefined && (
            <span className="num faint">{duration(call.durationMicros)}</span>
          )}
        </summary>
        <div className="tool-data">
          <code className="faint">{call.tool}</code>
          {[
            ...(call.asked !== undefined ? [["The agent had asked for", call.asked] as const] : []),
            ["In", call.input] as const,
            [wrong ? "Error" : "Out", wrong ? call.error : call.output] as const,
          ].map(([label, value]) => (
            <Fragment key={label}>
              <h4>{label}</h4>
              <JsonTree value={value ?? null} label={label} />
            </Fragment>
          ))}
        </div>
      </details>
    </li>
  );
}

function Costs({ decision }: { decision: Decision }) {
  const currency = useCurrency();
  const { policy, costMicros = 0, tokens, latencyMicros, onBehalfOf, executionId } = decision;
  const spent = (tokens?.input ?? 0) + (tokens?.output ?? 0) + (tokens?.cacheRead ?? 0) +
    (tokens?.cacheWrite ?? 0);
  const facts: [string, JSX.Element | string][] = [
    [
      "Agent",
      <Link key="agent" to={`/agents/${encodeURIComponent(decision.agent)}`}>
        {decision.agent}
      </Link>,
    ],
    ["Decided by", decider(decision)],
    ["Policy", policy ? `${policy.name} ${policy.version}` : "–"],
  ];
  if (typeof decision.confidence === "number") {
    facts.push([
      "Confidence",
      `${sureness(decision.confidence)}, ${percent(decision.confidence)}`,
    ]);
  }
  facts.push([
    "Cost",
    costMicros ? modelCost(costMicros, currency) : byModel(decision) ? "nothing" : "none, by rules",
  ]);
  if (spent > 0) {
    facts.push([
      "Tokens",
      `${count((tokens?.input ?? 0) + (tokens?.cacheRead ?? 0) + (tokens?.cacheWrite ?? 0))} in, ${
        count(tokens?.output ?? 0)
      } out`,
    ]);
  }
  if (latencyMicros !== undefined) facts.push(["Took", duration(latencyMicros)]);
  if (decision.task) {
    facts.push(["Task", `${humanise(decision.task)}${decision.isRoutine ? ", routine" : ""}`]);
  }
  if (decision.approvals !== undefined && decision.approvals > 0) {
    facts.push(["People agreed to", counted(decision.approvals, "call")]);
  }
  if (onBehalfOf) facts.push(["On behalf of", onBehalfOf.name]);
  facts.push(["At", dateTime(decision.at)]);
  if (decision.intent) {
    facts.push([
      "For the intent",
      <Link key="intent" className="wrap" to={`/intents/${encodeURIComponent(decision.intent)}`}>
        {decision.intent}
      </Link>,
    ]);
  }
  if (executionId) {
    facts.push(["Run", <Link key="run" to={`/runs/${executionId}`}>See the run</Link>]);
  }
  return <Facts facts={facts} />;
}

function hasContent(value: unknown): boolean {
  return typeof value === "object" && value !== null && Object.keys(value).length > 0;
}
