import { Icon, type IconName } from "../ui/Icon";
import type { Intent, RemediationStatus } from "./types";
import { type Stage, stageOf } from "./words";

/** What intents look like by where they stand: a shape, a tone and a word, never a colour alone. */

interface Look {
  word: string;
  icon: IconName;
  tone: string;
  /** What it means, for the legend. */
  means: string;
}

export const STAGE_LOOKS: Record<Stage, Look> = {
  drifting: {
    word: "Drifting",
    icon: "alarm",
    tone: "failed",
    means: "open, and the predicate does not hold",
  },
  unmeasured: {
    word: "Not measured",
    icon: "info",
    tone: "received",
    means: "open, and there is nothing to measure",
  },
  holding: {
    word: "Holding",
    icon: "check",
    tone: "delivered",
    means: "open, and the predicate holds",
  },
  proposed: {
    word: "Proposed",
    icon: "idea",
    tone: "analysed",
    means: "nobody has opened it; it is not held against reality",
  },
  missed: {
    word: "Missed",
    icon: "octagon",
    tone: "failed",
    means: "closed: it did not hold at the deadline",
  },
  met: {
    word: "Met",
    icon: "flag",
    tone: "booked",
    means: "closed: it was reached, or held at the deadline",
  },
  withdrawn: {
    word: "Withdrawn",
    icon: "stop",
    tone: "cancelled",
    means: "closed by a person",
  },
};

export function StageMark({ intent }: { intent: Parameters<typeof stageOf>[0] }) {
  const look = STAGE_LOOKS[stageOf(intent)];
  return (
    <span className={`status status-${look.tone}`}>
      <Icon name={look.icon} size={15} />
      {look.word}
    </span>
  );
}

/** What is at stake while the predicate still holds. */
export function RiskMark({ intent }: { intent: Intent }) {
  if (intent.status !== "open" || intent.state !== "holds") return null;
  if (intent.risk !== "burning" && intent.risk !== "at-risk") return null;
  return (
    <span className="status status-dispatched">
      <Icon name="bolt" size={15} />
      {intent.risk === "burning" ? "Burning" : "At risk"}
    </span>
  );
}

export function PriorityMark({ intent }: { intent: Intent }) {
  if (intent.priority !== "critical" && intent.priority !== "high") return null;
  return (
    <span className="intent-priority">
      <Icon name="up" size={14} />
      {intent.priority === "critical" ? "Critical" : "High"}
    </span>
  );
}

export const REMEDIATION_LOOKS: Record<RemediationStatus, Omit<Look, "means">> = {
  proposed: { word: "Asks", icon: "info", tone: "analysed" },
  approved: { word: "Agreed to", icon: "check", tone: "analysed" },
  rejected: { word: "Rejected", icon: "close", tone: "cancelled" },
  running: { word: "Under way", icon: "runs", tone: "dispatched" },
  improved: { word: "Improved", icon: "check", tone: "delivered" },
  "no-effect": { word: "No effect", icon: "minus", tone: "received" },
  failed: { word: "Failed", icon: "alarm", tone: "failed" },
  refused: { word: "Refused", icon: "close", tone: "cancelled" },
  withdrawn: { word: "Withdrawn", icon: "stop", tone: "cancelled" },
};

export function RemediationMark({ status }: { status: RemediationStatus }) {
  const look = REMEDIATION_LOOKS[status];
  return (
    <span className={`status status-${look.tone}`}>
      <Icon name={look.icon} size={15} />
      {look.word}
    </span>
  );
}

/** What the marks mean. */
export function StageLegend() {
  return (
    <details className="legend">
      <summary>What the marks mean</summary>
      <ul>
        {Object.values(STAGE_LOOKS).map((look) => (
          <li key={look.word}>
            <span className={`status status-${look.tone}`}>
              <Icon name={look.icon} size={15} />
              {look.word}
            </span>
            {look.means}
          </li>
        ))}
        <li>
          <span className="status status-dispatched">
            <Icon name="bolt" size={15} />
            At risk
          </span>
          holds, and will break before the deadline
        </li>
      </ul>
    </details>
  );
}
