import { humanise } from "../ui/format";
import { Icon, type IconName } from "../ui/Icon";

export function OnOff({ on }: { on: boolean }) {
  return (
    <span className={`status ${on ? "status-delivered" : "status-cancelled"}`}>
      <Icon name={on ? "check" : "stop"} size={15} />
      {on ? "On" : "Off"}
    </span>
  );
}

const DELIVERY: Record<string, [string, IconName, string]> = {
  queued: ["Waiting", "clock", "received"],
  pending: ["Waiting", "clock", "received"],
  retrying: ["Trying again", "retry", "dispatched"],
  sent: ["Sent", "check", "delivered"],
  delivered: ["Delivered", "check", "delivered"],
  failed: ["Failed", "alarm", "failed"],
  dead: ["Given up", "alarm", "failed"],
  suppressed: ["Held back", "minus", "cancelled"],
};

/** How far a message came. */
export function DeliveryStatus({ status }: { status: string }) {
  const [word, icon, tone] = DELIVERY[status] ?? [humanise(status), "info" as const, "received"];
  return (
    <span className={`status status-${tone}`}>
      <Icon name={icon} size={15} />
      {word}
    </span>
  );
}
