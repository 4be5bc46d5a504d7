import { Fragment } from "react";
import type { Decision, Option, ToolCall } from "../api/types";
import { Link } from "../shell/router";
import { Facts, Json, Meter, Value } from "../ui/Data";
import { duration, humanise, timeFine } from "../ui/format";
import { Icon } from "../ui/Icon";

/** Seen, asked, weighed, chosen and why, and what it took. */
export function DecisionBody({ decision }: { decision: Decision }) {
  const options = [...decision.options ?? []].sort((a, b) =>
    rank(b, decision) - rank(a, decision) || (b.score ?? 0) - (a.score ?? 0)
  );
  return (
    <div className="decision-body">
      <section>
        <h3>Chosen, and why</h3>
        <p className="rationale">{decision.rationale || "No reason was recorded."}</p>
      </section>
      {options.length > 0 && (
        <section>
          <h3>Weighed</h3>
          <ul className="options">
            {options.map((option, index) => (
              <OptionRow
                key={`${option.label}-${index}`}
                option={option}
                chosen={option.label === decision.choice}
              />
            ))}
          </ul>
        </section>
      )}
      <div className="decision-pair">
        {decision.inputs !== undefined && decision.inputs !== null && (
          <section>
            <h3>Seen</h3>
            <Value value={decision.inputs} />
          </section>
        )}
        <section>
          <h3>By which policy, at what cost</h3>
          <Facts facts={costs(decision)} />
        </section>
      </div>
      {(decision.toolCalls?.length ?? 0) > 0 && (
        <section>
          <h3>Asked of its tools</h3>
          <ul className="tools">
            {decision.toolCalls?.map((call, index) => <ToolRow key={index} call={call} />)}
          </ul>
        </section>
      )}
    </div>
  );
}

function rank(option: Option, decision: Decision): number {
  return option.label === decision.choice ? 2 : option.rejected ? 0 : 1;
}

function OptionRow({ option, chosen }: { option: Option; chosen: boolean }) {
  const state = chosen ? "chosen" : option.rejected ? "rejected" : "possible";
  return (
    <li className={`option option-${state}`}>
      <div className="option-head">
        <span className="option-state">
          <Icon name={chosen ? "check" : option.rejected ? "close" : "minus"} size={15} />
          {state}
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
  return (
    <li>
      <details>
        <summary className={wrong ? "tool tool-wrong" : "tool"}>
          <Icon name={wrong ? "alarm" : "tool"} size={16} />
          <span className="grow">{humanise(call.tool)}</span>
          {wrong && <span>failed</span>}
          {call.durationMicros !== undefined && (
            <span className="num faint">{duration(call.durationMicros)}</span>
          )}
        </summary>
        <div className="tool-data">
          {[
            ["In", call.input] as const,
            [wrong ? "Error" : "Out", wrong ? call.error : call.output] as const,
          ].map(([label, value]) => (
            <Fragment key={label}>
              <h4>{label}</h4>
              <Json value={value ?? null} />
            </Fragment>
          ))}
        </div>
      </details>
    </li>
  );
}

function costs(decision: Decision): [string, JSX.Element | string][] {
  const { policy, costMicros, latencyMicros, onBehalfOf, executionId } = decision;
  const facts: [string, JSX.Element | string][] = [
    ["Agent", decision.agent],
    ["Policy", policy ? `${policy.name} ${policy.version}` : "–"],
    ["Cost", costMicros ? `${(costMicros / 1e6).toFixed(4)} €` : "none, by rules"],
  ];
  if (latencyMicros !== undefined) facts.push(["Took", duration(latencyMicros)]);
  if (onBehalfOf) facts.push(["On behalf of", onBehalfOf.name]);
  facts.push(["At", timeFine(decision.at)]);
  if (executionId) {
    facts.push(["Run", <Link key="run" to={`/runs/${executionId}`}>See the run</Link>]);
  }
  return facts;
}

function hasContent(value: unknown): boolean {
  return typeof value === "object" && value !== null && Object.keys(value).length > 0;
}
