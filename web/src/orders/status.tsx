import type { Booking, OrderStatus, RunStatus } from "../api/types";
import { Icon, type IconName } from "../ui/Icon";

interface Look {
  label: string;
  icon: IconName;
  meaning: string;
}

/** Each status has a word and a shape of its own, so that colour only helps. */
export const STATUS: Record<OrderStatus, Look> = {
  received: { label: "Received", icon: "inbox", meaning: "Accepted, waiting for the analyser" },
  analysed: { label: "Analysed", icon: "scan", meaning: "Packed on paper, a vehicle is sought" },
  booked: { label: "Booked", icon: "calendarCheck", meaning: "A vehicle is booked and paid for" },
  dispatched: { label: "Dispatched", icon: "vehicles", meaning: "On the road" },
  delivered: { label: "Delivered", icon: "flag", meaning: "Handed over" },
  failed: { label: "Failed", icon: "alarm", meaning: "Stopped, nothing half-done; can be retried" },
  cancelled: { label: "Cancelled", icon: "stop", meaning: "Called off by a person" },
};

export const STATUSES = Object.keys(STATUS) as OrderStatus[];

/** Statuses in which an agent is at work, so that the screen asks more often. */
export function moving(status: OrderStatus): boolean {
  return status === "received" || status === "analysed";
}

export function Status({ status }: { status: OrderStatus }) {
  const look = STATUS[status] ?? { label: status, icon: "info" as const, meaning: "" };
  return (
    <span className={`status status-${status}`} title={look.meaning}>
      <Icon name={look.icon} size={15} />
      {look.label}
    </span>
  );
}

/** The shape alone, where the word stands elsewhere or space is short. */
export function StatusMark({ status }: { status: OrderStatus }) {
  const look = STATUS[status] ?? { label: status, icon: "info" as const, meaning: "" };
  return (
    <span className={`status-mark status-${status}`} role="img" aria-label={look.label}>
      <Icon name={look.icon} size={15} />
    </span>
  );
}

const RUNS: Record<RunStatus, [string, IconName, string]> = {
  RUNNING: ["Running", "clock", "analysed"],
  SUCCEEDED: ["Succeeded", "check", "delivered"],
  FAILED: ["Failed", "alarm", "failed"],
  TIMED_OUT: ["Timed out", "clock", "failed"],
  ABORTED: ["Aborted", "stop", "cancelled"],
};

export const RUN_STATUSES = Object.keys(RUNS) as RunStatus[];

export function RunBadge({ status, paused }: { status: RunStatus; paused?: boolean }) {
  const held = paused && status === "RUNNING";
  const [label, icon, tone] = held
    ? ["Paused", "stop", "dispatched"]
    : RUNS[status] ?? [status, "info", "cancelled"];
  return (
    <span className={`status status-${tone}`}>
      <Icon name={icon as IconName} size={15} />
      {label}
    </span>
  );
}

const BOOKINGS: Record<Booking["status"], [string, IconName, OrderStatus]> = {
  booked: ["Booked", "calendarCheck", "booked"],
  released: ["Released", "stop", "cancelled"],
  dispatched: ["Dispatched", "vehicles", "dispatched"],
  delivered: ["Delivered", "flag", "delivered"],
};

export function BookingBadge({ status }: { status: Booking["status"] }) {
  const [label, icon, tone] = BOOKINGS[status] ?? [status, "info", "cancelled"];
  return (
    <span className={`status status-${tone}`}>
      <Icon name={icon} size={15} />
      {label}
    </span>
  );
}

/** What each shape means, folded away below the list. */
export function Legend() {
  return (
    <details className="legend">
      <summary>What the statuses mean</summary>
      <ul>
        {STATUSES.map((status) => (
          <li key={status}>
            <Status status={status} />
            <span>{STATUS[status].meaning}</span>
          </li>
        ))}
      </ul>
    </details>
  );
}
