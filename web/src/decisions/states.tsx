import type { Decision } from "../api/types";
import { Icon, type IconName } from "../ui/Icon";

type State = "overruled" | "instead" | "agreed" | "stands";

const LOOKS: Record<State, { word: string; icon: IconName; tone: string; means: string }> = {
  stands: {
    word: "Stands",
    icon: "check",
    tone: "delivered",
    means: "decided as the agent is set, and no person had a hand in it",
  },
  agreed: {
    word: "Agreed to",
    icon: "check",
    tone: "analysed",
    means: "a person agreed to what it wanted to do",
  },
  instead: {
    word: "By rules instead",
    icon: "alarm",
    tone: "dispatched",
    means: "a model was to decide and could not: the decision says why",
  },
  overruled: {
    word: "Overruled",
    icon: "people",
    tone: "failed",
    means: "a person put another choice in its place",
  },
};

function stateOf(decision: Decision): State {
  if (decision.overruled) return "overruled";
  if (decision.policy?.insteadOf) return "instead";
  return (decision.approvals ?? 0) > 0 ? "agreed" : "stands";
}

/** Whether a decision stands, stands by a person's word, or took another way than meant. */
export function DecisionState({ decision }: { decision: Decision }) {
  const state = stateOf(decision);
  return (
    <Mark
      state={state}
      title={state === "instead" ? decision.policy?.insteadOf?.reason : undefined}
    />
  );
}

function Mark({ state, title }: { state: State; title?: string | undefined }) {
  const { word, icon, tone } = LOOKS[state];
  return (
    <span className={`status status-${tone}`} title={title}>
      <Icon name={icon} size={15} />
      {word}
    </span>
  );
}

/** What each mark means, folded away. */
export function DecisionLegend() {
  return (
    <details className="legend">
      <summary>What the marks mean</summary>
      <ul>
        {(Object.keys(LOOKS) as State[]).map((state) => (
          <li key={state}>
            <Mark state={state} />
            <span>{LOOKS[state].means}</span>
          </li>
        ))}
      </ul>
    </details>
  );
}
