import type { LoggedEvent } from "../events/api";
import { useQuery } from "../api/query";
import type { Page } from "../api/types";
import { dateTime, humanise } from "../ui/format";
import { Icon, type IconName } from "../ui/Icon";
import { Failure, Skeleton } from "../ui/States";
import { useRights } from "./IntentsArea";
import { changeWords, valueWords } from "./predicate";
import { sentence } from "./Remediations";
import type { Intent, Measure } from "./types";
import { changed, remediationName } from "./words";

const ICONS: Record<string, IconName> = {
  proposed: "idea",
  declared: "target",
  opened: "target",
  changed: "gear",
  withdrawn: "stop",
  met: "flag",
  missed: "octagon",
  "drift-raised": "alarm",
  "drift-cleared": "check",
  remediated: "check",
  escalated: "bell",
  "remediation-proposed": "info",
  "remediation-started": "runs",
  "remediation-judged": "compare",
};

interface Step {
  key: string;
  at: string;
  word: string;
  icon: IconName;
  detail: string;
}

/** What happened to an intent, newest first: the log's events, or what its own fields tell. */
export function Told({ intent }: { intent: Intent }) {
  const { rules } = useRights();
  const subject = encodeURIComponent(`intent:${intent.intent_id}`);
  const events = useQuery<Page<LoggedEvent>>(
    rules ? `/api/events?subject=${subject}&limit=100` : null,
    15_000,
    [`intents/${intent.intent_id}`],
  );
  if (events.loading) return <Skeleton lines={5} />;
  if (events.error !== null) return <Failure error={events.error} retry={events.refresh} />;
  const steps = events.data ? told(events.data.items, intent.measure) : own(intent);
  return (
    <>
      <ol className="timeline">
        {steps.map((each) => (
          <li key={each.key}>
            <span className="status-mark status-received">
              <Icon name={each.icon} size={15} />
            </span>
            <div>
              <div className="timeline-head">
                <strong>{each.word}</strong>
                <time className="num faint" dateTime={each.at}>{dateTime(each.at)}</time>
              </div>
              {each.detail && <p className="faint wrap">{each.detail}</p>}
            </div>
          </li>
        ))}
      </ol>
      {!rules && <p className="faint">Administrators and managers see every event of it here.</p>}
    </>
  );
}

/** The events of an intent, each with what it says and what it changed. */
function told(events: LoggedEvent[], measure: Measure): Step[] {
  return events.map((event, index) => {
    const kind = event.type.replace(/^intent\./, "");
    const data = (event.data ?? {}) as Record<string, unknown>;
    const before = events.slice(index + 1)
      .map((each) => (each.data ?? {}) as Record<string, unknown>)
      .find((each) => each.predicate !== undefined);
    const number = (key: string) => typeof data[key] === "number" ? data[key] as number : null;
    const text = (key: string) => typeof data[key] === "string" ? data[key] as string : "";
    const parts = [
      kind === "changed" && before ? changed(before, data).join("; ") : "",
      text("name") ? remediationName(text("name")) : "",
      number("predicted") === null ? "" : `${changeWords(measure, number("predicted"))} predicted`,
      number("effect") === null ? "" : `${changeWords(measure, number("effect"))} measured`,
      text("reason"),
      number("value") === null || text("name")
        ? ""
        : `measured ${valueWords(measure, number("value"))}`,
    ].filter(Boolean);
    return {
      key: event.id,
      at: event.time,
      word: humanise(kind),
      icon: ICONS[kind] ?? "info",
      detail: [event.actor?.name, parts.join(", ")].filter(Boolean).join(": "),
    };
  });
}

function own(intent: Intent): Step[] {
  const steps: Step[] = [{
    key: "made",
    at: intent.createdAt,
    word: intent.preset ? "Proposed" : "Declared",
    icon: "target",
    detail: intent.createdBy.name,
  }];
  if (intent.openedAt && intent.openedAt !== intent.createdAt) {
    steps.push({ key: "opened", at: intent.openedAt, word: "Opened", icon: "target", detail: "" });
  }
  if (intent.driftingSince) {
    steps.push({
      key: "drift",
      at: intent.driftingSince,
      word: "Drift raised",
      icon: "alarm",
      detail: "",
    });
  }
  if (intent.closedAt) {
    steps.push({
      key: "closed",
      at: intent.closedAt,
      word: humanise(intent.status),
      icon: intent.status === "met" ? "flag" : "stop",
      detail: sentence(intent.closedReason ?? ""),
    });
  }
  return steps.reverse();
}
