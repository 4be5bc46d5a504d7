import { rank } from "../alarms/severity";
import type { Alarm, Severity } from "../api/kernel";
import type { Inbox, InboxMessage, OrderSummary } from "../api/types";
import { within } from "../shell/router";
import type { Approval } from "./approvals";

/** One thing in the inbox, whatever it came from. */
export type Work =
  & {
    id: string;
    at: string;
    severity: Severity;
    /** Nobody has looked at it, or it is not over. */
    open: boolean;
    /** Somebody has to do something about it; good news is only read. */
    waits: boolean;
  }
  & (
    | { kind: "alarm"; alarm: Alarm }
    | { kind: "approval"; approval: Approval }
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
    waits: !alarm.acknowledged,
    alarm,
  };
}

/** A run or an agent stands still until somebody decides. */
export function fromApproval(approval: Approval): Work {
  return {
    kind: "approval",
    id: `approval:${approval.id}`,
    at: approval.requestedAt,
    severity: "warning",
    open: true,
    waits: true,
    approval,
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
    waits: true,
    order,
  };
}

export function fromMessage(message: InboxMessage): Work {
  const open = !message.read || message.needsAcknowledgement === true;
  const severity = message.severity ?? "info";
  return {
    kind: "message",
    id: `message:${message.id}`,
    at: message.at,
    severity,
    open,
    waits: message.needsAcknowledgement === true || (open && severity !== "info"),
    message,
  };
}

/** The unread that wait, the newest fifty of them; what only informs does not hide them. */
export const WAITING = "/api/inbox?unread=true&sort=-severity&limit=50";

export const waitingMessages = (inbox: Inbox | undefined) =>
  (inbox?.items ?? []).filter((each) => fromMessage(each).waits && !approvalOf(each));

/** The approval that a message asks for; null when it is about something else. */
export const approvalOf = (message: InboxMessage): string | null =>
  /^\/inbox\?approval=([^&]+)$/.exec(within(message.link) ?? "")?.[1] ?? null;

/** Without messages about what is itself in the list: a thing to do stands there once. */
export function once(all: Work[]): Work[] {
  const listed = new Set(
    all.flatMap((each) =>
      each.kind === "alarm"
        ? [`/alarms/${each.alarm.id}`]
        : each.kind === "order"
        ? [`/orders/${each.order.id}`]
        : []
    ),
  );
  return all.filter((each) =>
    each.kind !== "message" ||
    !approvalOf(each.message) && !listed.has(within(each.message.link) ?? "")
  );
}

/** What waits first, the most serious of it first, alarms before what follows from them. */
const KINDS: Work["kind"][] = ["alarm", "approval", "order", "message"];

export function byPriority(a: Work, b: Work): number {
  return Number(b.waits) - Number(a.waits) || Number(b.open) - Number(a.open) ||
    rank(a.severity) - rank(b.severity) ||
    KINDS.indexOf(a.kind) - KINDS.indexOf(b.kind) || b.at.localeCompare(a.at);
}
