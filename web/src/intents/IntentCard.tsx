import { useEffect, useRef, useState } from "react";
import { useCurrency } from "../decisions/useCurrency";
import { modelCost } from "../decisions/words";
import { Link } from "../shell/router";
import { Ago } from "../ui/Data";
import { dateTime } from "../ui/format";
import { Icon } from "../ui/Icon";
import { intentScreen, useIntent } from "./api";
import { PriorityMark, RiskMark, StageMark } from "./marks";
import { comparisonWords, predicateWords, valueWords } from "./predicate";
import type { Intent } from "./types";
import { burnRate, doingWords, gauge, leftWords, rateWords, stageOf, uptimeWords } from "./words";

/** Whether an element is in sight, or nearly: what is far down is not read for. */
function useNear(): [React.RefObject<HTMLElement>, boolean] {
  const ref = useRef<HTMLElement>(null);
  const [near, setNear] = useState(false);
  useEffect(() => {
    const element = ref.current;
    if (!element) return;
    const watch = new IntersectionObserver(
      (entries) => setNear(entries.some((each) => each.isIntersecting)),
      { rootMargin: "200px" },
    );
    watch.observe(element);
    return () => watch.disconnect();
  }, []);
  return [ref, near];
}

/** One intent on the board: what is wanted, where it stands, and what is done about it. */
export function IntentCard({ intent, now }: { intent: Intent; now: number }) {
  const [ref, near] = useNear();
  const isOpen = intent.status === "open";
  // Burn and remediations come with the intent itself; those in sight are read.
  const whole = useIntent(isOpen && near ? intent.intent_id : null).data;
  const { measure } = intent;
  const currency = useCurrency();
  const rate = burnRate(whole?.observation?.burn);
  const needs = isOpen || intent.value !== null;
  return (
    <article
      ref={ref}
      data-row=""
      className={`card intent-card intent-${stageOf(intent)}`}
      aria-label={intent.desired_outcome}
    >
      <header className="intent-card-head">
        <StageMark intent={intent} />
        <RiskMark intent={intent} />
        <PriorityMark intent={intent} />
        <span className="intent-domain">{intent.domain}</span>
        {intent.constraints.sensitivity === "restricted" && (
          <span className="faint with-icon" title="Seen by few">
            <Icon name="shield" size={14} />
            Restricted
          </span>
        )}
      </header>
      <h3>
        <Link to={intentScreen(intent.intent_id)}>{intent.desired_outcome}</Link>
      </h3>
      <p className="intent-predicate">{predicateWords(measure)}</p>
      {needs && (
        <div className="intent-value">
          <strong className="num">{valueWords(measure, intent.value)}</strong>
          <span className="faint">
            {comparisonWords(measure.comparison)} {valueWords(measure, measure.target)}
          </span>
          <Gauge intent={intent} />
        </div>
      )}
      <p className="intent-doing">
        <Icon name="agents" size={16} />
        <span>{doingWords(intent, whole?.latestRemediations ?? [])}</span>
      </p>
      <dl className="intent-facts">
        {intent.closedAt
          ? (
            <div>
              <dt>Closed</dt>
              <dd>
                <Ago at={intent.closedAt} />
              </dd>
            </div>
          )
          : (
            <div>
              <dt>Deadline</dt>
              <dd title={dateTime(intent.deadline)}>{leftWords(intent.deadline, now)}</dd>
            </div>
          )}
        <div>
          <dt>Owner</dt>
          <dd className="clip">{intent.owner.name}</dd>
        </div>
        {intent.status !== "proposed" && (
          <>
            <div>
              <dt>Uptime</dt>
              <dd className="num">{uptimeWords(intent.uptime)}</dd>
            </div>
            <div>
              <dt>Cost</dt>
              <dd className="num">{modelCost(intent.costMicros, currency)}</dd>
            </div>
          </>
        )}
        {isOpen && rate !== null && (
          <div>
            <dt>Burns</dt>
            <dd className="num">{rateWords(rate)}</dd>
          </div>
        )}
      </dl>
    </article>
  );
}

/** The value beside its target; the numbers stand beside it, so it is decoration. */
export function Gauge({ intent }: { intent: Intent }) {
  const parts = gauge(intent);
  if (!parts) return null;
  return (
    <span
      className={intent.state === "broken" ? "intent-gauge intent-gauge-broken" : "intent-gauge"}
      aria-hidden="true"
    >
      <span style={{ width: `${parts.value * 100}%` }} />
      <i style={{ left: `${parts.target * 100}%` }} />
    </span>
  );
}
