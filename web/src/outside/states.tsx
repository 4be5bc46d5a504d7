import { Icon, type IconName } from "../ui/Icon";
import type { OutsideTool, ServerStatus } from "./types";

const SERVER: Record<ServerStatus, [string, IconName, string]> = {
  "new": ["Not asked yet", "clock", "received"],
  "ready": ["Answers", "check", "delivered"],
  "failing": ["Fails", "alarm", "failed"],
  "needs-authorisation": ["Must be authorised", "key", "dispatched"],
};

const TOOL: Record<OutsideTool["state"], [string, IconName, string]> = {
  offered: ["Offered", "eye", "received"],
  admitted: ["Admitted", "check", "delivered"],
  suspended: ["Suspended", "stop", "failed"],
  refused: ["Cannot be admitted", "close", "cancelled"],
};

export function ServerState({ status, enabled }: { status: ServerStatus; enabled: boolean }) {
  const [word, icon, tone] = enabled ? SERVER[status] : ["Off", "stop" as const, "cancelled"];
  return (
    <span className={`status status-${tone}`}>
      <Icon name={icon} size={15} />
      {word}
    </span>
  );
}

export function ToolState({ state }: { state: OutsideTool["state"] }) {
  const [word, icon, tone] = TOOL[state];
  return (
    <span className={`status status-${tone}`}>
      <Icon name={icon} size={15} />
      {word}
    </span>
  );
}
