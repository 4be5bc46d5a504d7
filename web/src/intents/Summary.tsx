import { useCurrency } from "../decisions/useCurrency";
import { modelCost } from "../decisions/words";
import { counted, dateTime, humanise } from "../ui/format";
import { Icon } from "../ui/Icon";
import { Gauge } from "./IntentCard";
import { comparisonWords, valueWords } from "./predicate";
import { sentence } from "./Remediations";
import type { WholeIntent } from "./types";
import { basisWords, doingWords, leftWords, lengthWords, uptimeWords } from "./words";

/** Where an intent stands, in figures and in a sentence. */
export function Summary({ intent }: { intent: WholeIntent }) {
  const { measure } = intent;
  const basis = basisWords(intent.observation);
  const currency = useCurrency();
  return (
    <div className="card intent-summary">
      <ul className="figures">
        <li>
          <span>Measured</span>
          <strong className="num">{valueWords(measure, intent.value)}</strong>
          {basis && <small className="faint">{basis}</small>}
        </li>
        <li>
          <span>Target</span>
          <strong className="num">
            {comparisonWords(measure.comparison)} {valueWords(measure, measure.target)}
          </strong>
          <Gauge intent={intent} />
        </li>
        <li>
          <span>Deadline</span>
          <strong>
            {intent.closedAt ? humanise(intent.status) : leftWords(intent.deadline, Date.now())}
          </strong>
          <small className="faint">{dateTime(intent.deadline)}</small>
        </li>
        <li>
          <span>Uptime</span>
          <strong className="num">{uptimeWords(intent.uptime)}</strong>
          <small className="faint">{counted(intent.drifts, "drift")}</small>
        </li>
        <li>
          <span>Cost</span>
          <strong className="num">{modelCost(intent.costMicros, currency)}</strong>
          <small className="faint">{counted(intent.decisions, "decision")}</small>
        </li>
      </ul>
      <p className="intent-doing">
        <Icon name="agents" size={16} />
        <span>
          {sentence(doingWords(intent, intent.latestRemediations))}
          {intent.driftingSince && intent.status === "open" && (
            <span className="faint">
              {" "}
              Drifting for {lengthWords(Date.now() - Date.parse(intent.driftingSince))}.
            </span>
          )}
        </span>
      </p>
    </div>
  );
}
