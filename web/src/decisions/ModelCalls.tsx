import type { ToolCall } from "../api/types";
import { JsonTree } from "../runs/JsonTree";
import { count, counted, duration, humanise } from "../ui/format";
import { Icon } from "../ui/Icon";
import { useCurrency } from "./useCurrency";
import { modelCost, turn } from "./words";

/** What was asked of a model, turn by turn: what it said, what it wanted, and what that cost. */
export function ModelCalls({ calls }: { calls: ToolCall[] }) {
  const currency = useCurrency();
  const turns = calls.map(turn);
  const sum = (value: (each: typeof turns[number]) => number) =>
    turns.reduce((all, each) => all + value(each), 0);
  return (
    <>
      <p className="faint">
        {counted(turns.length, "question")}, {count(sum((each) => each.tokens))} tokens,{" "}
        {modelCost(sum((each) => each.costMicros), currency)},{" "}
        {duration(sum((each) => each.micros))} in all.
      </p>
      <ol className="tools">
        {turns.map((each, index) => (
          <li key={each.number}>
            <details>
              <summary className={each.error ? "tool tool-wrong" : "tool"}>
                <Icon name={each.error ? "alarm" : "agents"} size={16} />
                <span className="tool-words">
                  <span className="tool-name">{each.model}</span>
                  <span className="tool-gist">
                    {each.error ??
                      (each.wants.length > 0
                        ? wish(each.wants)
                        : each.said
                        ? each.said.slice(0, 120)
                        : "said nothing")}
                  </span>
                </span>
                <span className="turn-cost num faint">
                  <span>{count(each.tokens)} tokens</span>
                  <span>{modelCost(each.costMicros, currency)}</span>
                  <span>{duration(each.micros)}</span>
                </span>
              </summary>
              <div className="tool-data">
                {each.said && <p className="said">{each.said}</p>}
                <h4>Asked</h4>
                <JsonTree value={calls[index]?.input ?? null} label="Asked" />
                <h4>Answered</h4>
                <JsonTree
                  value={(each.error ? calls[index]?.error : calls[index]?.output) ?? null}
                  label="Answered"
                />
              </div>
            </details>
          </li>
        ))}
      </ol>
      <p className="faint">
        What the model was told is kept as its SHA-256, for a replay to be held to; what it answered
        is kept whole.
      </p>
    </>
  );
}

/** What an answer of a model comes to. */
function wish(wants: string[]): string {
  if (wants.includes("conclude")) return "came to its decision";
  if (wants.includes("off")) return "gave the case to a colleague";
  return `wanted ${wants.map((name) => humanise(name)).join(", ")}`;
}
