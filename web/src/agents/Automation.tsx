import type { Automation as Rate } from "../api/types";
import { count, percent } from "../ui/format";
import { Icon } from "../ui/Icon";
import { automationWord } from "./settings";
import { AUTOMATION_TARGET } from "./types";

/** The share of routine tasks that nobody had a hand in, against the target. */
export function Automation({ rate, plain }: { rate: Rate; plain?: boolean }) {
  const { share } = rate;
  const word = automationWord(share, AUTOMATION_TARGET);
  if (share === null) return <span className="faint">{plain ? "–" : word}</span>;
  const good = share >= AUTOMATION_TARGET;
  return (
    <span className="automation">
      <span
        className={good ? "rate rate-good" : "rate rate-low"}
        role="img"
        aria-label={`${percent(share)} of routine tasks without a person: ${word}, ${
          percent(AUTOMATION_TARGET)
        }`}
      >
        <span className="rate-bar" style={{ width: `${share * 100}%` }} />
        <span className="rate-target" style={{ left: `${AUTOMATION_TARGET * 100}%` }} />
      </span>
      <span className={good ? "num" : "num rate-word"}>
        {!good && <Icon name="alarm" size={14} />}
        {percent(share)}
      </span>
      {!plain && (
        <span className="faint">
          {count(rate.unaided)} of {count(rate.routine)} routine tasks in {rate.days} days, {word}
          {" "}
          of {percent(AUTOMATION_TARGET)}
        </span>
      )}
    </span>
  );
}

/** Who decides for an agent. */
export function Mode({ mode }: { mode: "rules" | "model" }) {
  return (
    <span className={`status ${mode === "model" ? "status-analysed" : "status-received"}`}>
      <Icon name={mode === "model" ? "agents" : "flow"} size={15} />
      {mode === "model" ? "Model" : "Rules"}
    </span>
  );
}
