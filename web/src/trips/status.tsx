import { Icon, type IconName } from "../ui/Icon";
import type { TripStatus } from "./types";

const LOOKS: Record<TripStatus, [string, IconName, string]> = {
  proposed: ["Proposed", "idea", "analysed"],
  accepted: ["Accepted", "calendarCheck", "booked"],
  dispatched: ["On the road", "vehicles", "dispatched"],
  withdrawn: ["Withdrawn", "stop", "cancelled"],
};

/** A trip's status has a word and a shape of its own. */
export function TripBadge({ status }: { status: TripStatus }) {
  const [label, icon, tone] = LOOKS[status] ?? [status, "info", "cancelled"];
  return (
    <span className={`status status-${tone}`}>
      <Icon name={icon} size={15} />
      {label}
    </span>
  );
}
