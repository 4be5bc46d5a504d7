import { useApprovals } from "../inbox/approvals";
import { Link, setQuery } from "../shell/router";
import { Button } from "../ui/Button";
import { Ago } from "../ui/Data";
import { dateTime, humanise } from "../ui/format";
import { RemediationMark } from "./marks";
import { changeWords, valueWords } from "./predicate";
import type { Intent, Remediation } from "./types";
import { remediationName } from "./words";

interface Props {
  intent: Intent;
  remediations: Remediation[];
}

/** What was done for an intent: what it was to bring, and what it brought. */
export function Remediations({ intent, remediations }: Props) {
  const waiting = useApprovals(10_000).items.filter((each) => {
    const details = each.details as { intentId?: string } | null | undefined;
    return each.kind === "remediation" && details?.intentId === intent.intent_id;
  });
  if (remediations.length === 0) {
    return (
      <p className="faint">
        {intent.driftingSince
          ? "Nothing was done: nothing that comes with the program, and no remedy of its own, helps."
          : intent.status === "open"
          ? "Nothing was done yet. When it drifts, what helps is started or asked for, and its effect is measured."
          : "Nothing was done for it."}
      </p>
    );
  }
  return (
    <ol className="remediations">
      {remediations.map((each, index) => {
        const { measure } = intent;
        const asked = each.status === "proposed" ? waiting[0] : undefined;
        const name = remediationName(each.name);
        return (
          <li key={each.id}>
            <span className="course-number num" aria-hidden="true">
              {remediations.length - index}
            </span>
            <div className="remediation">
              <div className="remediation-head">
                <strong>{name.charAt(0).toUpperCase() + name.slice(1)}</strong>
                <RemediationMark status={each.status} />
                <span className="faint">
                  <Ago at={each.startedAt ?? each.at} />
                </span>
              </div>
              {each.rationale && <p className="faint">{sentence(each.rationale)}</p>}
              <ul className="figures">
                <li>
                  <span>Predicted</span>
                  <strong className="num">{changeWords(measure, each.predicted)}</strong>
                </li>
                <li>
                  <span>Measured</span>
                  <strong className="num">{changeWords(measure, each.effect)}</strong>
                </li>
                <li>
                  <span>Before and after</span>
                  <strong className="num">
                    {valueWords(measure, each.baseline)} → {valueWords(measure, each.measured)}
                  </strong>
                </li>
              </ul>
              {each.status === "proposed" && each.question && (
                <p>A person is asked: {each.question}.</p>
              )}
              {each.status === "running" && (
                <p className="faint">Its effect is judged at {dateTime(each.judgeAt)}.</p>
              )}
              {each.reason && <p className="faint">{sentence(each.reason)}</p>}
              {each.answeredBy && <p className="faint">Answered by {each.answeredBy.name}.</p>}
              <div className="remediation-links">
                {asked && (
                  <Button
                    small
                    kind="primary"
                    icon="check"
                    onClick={() => setQuery({ approval: asked.id }, { push: true })}
                  >
                    Decide…
                  </Button>
                )}
                {each.executionId && <Link to={`/runs/${each.executionId}`}>The run</Link>}
                {each.decisionId && (
                  <Link
                    to={`/intents/${intent.intent_id}?tab=decisions&open=${each.decisionId}`}
                  >
                    The decision
                  </Link>
                )}
                {each.cost && <span className="faint">{humanise(each.cost)} cost</span>}
              </div>
            </div>
          </li>
        );
      })}
    </ol>
  );
}

export function sentence(text: string): string {
  // A predicate is quoted as it is written.
  const begun = /^\w+\(/.test(text) ? text : text.charAt(0).toUpperCase() + text.slice(1);
  return /[.!?…]$/.test(begun) ? begun : `${begun}.`;
}
