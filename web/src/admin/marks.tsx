import { humanise } from "../ui/format";
import { Icon, type IconName } from "../ui/Icon";

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
