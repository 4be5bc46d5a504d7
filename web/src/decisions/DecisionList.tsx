import { useQuery } from "../api/query";
import type { Decision } from "../api/types";
import { useEscape } from "../shell/keys";
import { Link, setQuery, useLocation } from "../shell/router";
import { duration, humanise, percent, timeFine } from "../ui/format";
import { Icon } from "../ui/Icon";
import { Meter } from "../ui/Data";
import { Empty, Skeleton } from "../ui/States";
import { DecisionBody } from "./DecisionBody";

interface Props {
  decisions: Decision[];
  loading: boolean;
  expected: number;
}

/** What agents decided, newest last; the open one is in the address. */
export function DecisionList({ decisions, loading, expected }: Props) {
  const { query } = useLocation();
  const asked = query.get("open");
  const open = asked ?? (decisions.length === 1 ? decisions[0]?.id ?? null : null);
  useEscape(() => setQuery({ open: null }), 1, asked !== null);
  if (loading && expected > 0) {
    return (
      <div className="card">
        <Skeleton lines={5} />
      </div>
    );
  }
  if (decisions.length === 0) {
    return (
      <div className="card">
        <Empty icon="agents" title="Nothing decided yet">
          Each decision says what was seen, weighed and chosen, and why.
        </Empty>
      </div>
    );
  }
  return (
    <div className="decisions">
      {decisions.map((decision) => (
        <DecisionCard
          key={decision.id}
          decision={decision}
          open={decision.id === open}
          onToggle={() => setQuery({ open: decision.id === open ? null : decision.id })}
        />
      ))}
    </div>
  );
}

interface CardProps {
  decision: Decision;
  open: boolean;
  onToggle: () => void;
}

function DecisionCard({ decision, open, onToggle }: CardProps) {
  const weighed = decision.options?.length ?? 0;
  return (
    <article className={open ? "card decision decision-open" : "card decision"}>
      <h2>
        <button
          type="button"
          className="decision-head"
          aria-expanded={open}
          aria-controls={`decision-${decision.id}`}
          onClick={onToggle}
        >
          <span className="decision-icon">
            <Icon name="agents" />
          </span>
          <span className="decision-title">
            <span className="faint">{humanise(decision.agent)} chose</span>
            <strong>{decision.choice}</strong>
            {decision.overruled && (
              <span className="rate-word">
                <Icon name="people" size={14} />
                {decision.overruled.by.name} overruled it: {decision.overruled.choice}
              </span>
            )}
          </span>
          <span className="decision-meta">
            {typeof decision.confidence === "number" && (
              <span className="decision-confidence">
                <Meter
                  value={decision.confidence}
                  label={`Confidence ${percent(decision.confidence)}`}
                />
                <span className="num">{percent(decision.confidence)} sure</span>
              </span>
            )}
            <span className="faint num">
              {weighed > 0 && `${weighed} weighed · `}
              {decision.latencyMicros !== undefined && `${duration(decision.latencyMicros)} · `}
              {timeFine(decision.at)}
            </span>
          </span>
          <span className="chevron">
            <Icon name="down" />
          </span>
        </button>
      </h2>
      {!open && decision.rationale && <p className="decision-why">{decision.rationale}</p>}
      {open && (
        <div id={`decision-${decision.id}`}>
          <Opened decision={decision} />
        </div>
      )}
    </article>
  );
}

/** What agents asked of their tools is long, and comes only with the decision itself. */
function Opened({ decision }: { decision: Decision }) {
  const full = useQuery<Decision>(`/api/decisions/${decision.id}`);
  return (
    <>
      <DecisionBody decision={full.data ?? decision} />
      <p className="decision-more">
        <Link to={`/decisions/${encodeURIComponent(decision.id)}`}>
          Replay it, try it otherwise, or overrule it
        </Link>
      </p>
    </>
  );
}
