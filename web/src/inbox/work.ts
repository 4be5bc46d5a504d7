import { rank } from "../alarms/severity";
import type { Alarm, Severity } from "../api/kernel";
import type { InboxMessage, OrderSummary } from "../api/types";

/** One thing in the inbox, whatever it came from. */
export type Work =
  & { id: string; at: string; severity: Severity; open: boolean }
  & (
    | { kind: "alarm"; alarm: Alarm }
    | { kind: "order"; order: OrderSummary }
    | { kind: "message"; message: InboxMessage }
  );

export function fromAlarm(alarm: Alarm): Work {
  return {
    kind: "alarm",
    id: `alarm:${alarm.id}`,
    at: alarm.raisedAt,
    severity: alarm.severity,
    open: !alarm.acknowledged,
    alarm,
  };
}

/** An order that failed waits until somebody retries or cancels it. */
export function fromOrder(order: OrderSummary): Work {
  return {
    kind: "order",
    id: `order:${order.id}`,
    at: order.updatedAt,
    severity: "warning",
    open: true,
    order,
  };
}

export function fromMessage(message: InboxMessage): Work {
  return {
    kind: "message",
    id: `message:${message.id}`,
    at: message.at,
    severity: message.severity ?? "info",
    open: !message.read || message.needsAcknowledgement === true,
    message,
  };
}

/** What waits first, the most serious of it first, alarms before what follows from them. */
const KINDS: Work["kind"][] = ["alarm", "order", "message"];

export function byPriority(a: Work, b: Work): number {
  return Number(b.open) - Number(a.open) || rank(a.severity) - rank(b.severity) ||
    KINDS.indexOf(a.kind) - KINDS.indexOf(b.kind) || b.at.localeCompare(a.at);
}
