import type { LogLevel } from "../api/kernel";
import { Icon, type IconName } from "../ui/Icon";

const LEVELS: Record<LogLevel, [string, IconName, string]> = {
  debug: ["Debug", "tool", "cancelled"],
  info: ["Info", "info", "received"],
  warning: ["Warning", "alarm", "dispatched"],
  error: ["Error", "octagon", "failed"],
};

/** A level by shape and word. */
export function LogLevelMark({ level }: { level: LogLevel }) {
  const [word, icon, tone] = LEVELS[level] ?? [level, "info" as const, "cancelled"];
  return (
    <span className={`status status-${tone} log-level`}>
      <Icon name={icon} size={14} />
      {word}
    </span>
  );
}
