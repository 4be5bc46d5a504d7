import { Icon, type IconName } from "../ui/Icon";
import type { StepState } from "./steps";

/** Each state of a step has a word, a shape and a tone. */
export const LOOKS: Record<StepState, { word: string; icon: IconName; tone: string }> = {
  waiting: { word: "Not reached", icon: "minus", tone: "waiting" },
  running: { word: "Running", icon: "clock", tone: "running" },
  done: { word: "Done", icon: "check", tone: "done" },
  caught: { word: "Caught", icon: "retry", tone: "caught" },
  failed: { word: "Failed", icon: "alarm", tone: "failed" },
  stopped: { word: "Stopped", icon: "stop", tone: "stopped" },
};

const TONES: Record<StepState, string> = {
  waiting: "cancelled",
  running: "analysed",
  done: "delivered",
  caught: "dispatched",
  failed: "failed",
  stopped: "cancelled",
};

export function StepBadge({ state }: { state: StepState }) {
  const look = LOOKS[state];
  return (
    <span className={`status status-${TONES[state]}`}>
      <Icon name={look.icon} size={15} />
      {look.word}
    </span>
  );
}
