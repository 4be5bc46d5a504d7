import type { ReactNode } from "react";
import { SeverityMark } from "../alarms/severity";
import { measured } from "../alarms/words";
import type { InboxMessage } from "../api/types";
import { Link, within } from "../shell/router";
import { Button } from "../ui/Button";
import { ago, dateTime, humanise } from "../ui/format";
import { left } from "./left";
import { approvalOf, type Work } from "./work";

const KIND = { alarm: "Alarm", approval: "Approval", order: "Failed order", message: "" };

/** What sort of thing it is; an agent that wants to do something says so. */
const word = (work: Work) =>
  work.kind === "approval" && work.approval.kind === "tool-call" ? "Agent asks" : KIND[work.kind];

/** One row: how serious, what it is, how long ago, and the one thing to do about it. */
export function WorkRow({ work, onDone }: { work: Work; onDone: () => void }) {
  const { title, text, linked } = parts(work, onDone);
  return (
    <li
      data-row=""
      data-id={work.id}
      tabIndex={linked ? undefined : -1}
      className={work.open ? "message message-unread" : "message"}
    >
      <SeverityMark severity={work.severity} />
      <div className="message-text">
        <h2>
          {work.kind === "message" && work.open && <span className="sr-only">Unread:</span>}
          {word(work) && <span className="kind">{word(work)}</span>}
          {title}
        </h2>
        {text && <p>{text}</p>}
      </div>
      <div className="message-side">
        <time className="num faint" dateTime={work.at} title={dateTime(work.at)}>
          {ago(work.at)}
        </time>
        {work.kind === "alarm" && work.open && (
          <Button small icon="check" onClick={onDone}>Acknowledge</Button>
        )}
        {work.kind === "approval" && <Button small icon="check" onClick={onDone}>Decide…</Button>}
        {work.kind === "message" && work.open && (work.message.needsAcknowledgement
          ? (
            <Button small icon="check" onClick={onDone}>
              {approvalOf(work.message) ? "Decide…" : "Acknowledge"}
            </Button>
          )
          : <Button small kind="quiet" onClick={onDone}>Mark read</Button>)}
      </div>
    </li>
  );
}

function parts(
  work: Work,
  onDone: () => void,
): { title: ReactNode; text: string; linked: boolean } {
  switch (work.kind) {
    case "alarm":
      return {
        title: <Link to={`/alarms/${encodeURIComponent(work.alarm.id)}`}>{work.alarm.name}</Link>,
        text: [measured(work.alarm), work.alarm.detail].filter(Boolean).join(" · "),
        linked: true,
      };
    case "approval":
      return {
        title: (
          <Link
            to={`/inbox?approval=${work.approval.id}`}
            onClick={(event) => {
              event.preventDefault();
              onDone();
            }}
          >
            {work.approval.title}
          </Link>
        ),
        text: [
          work.approval.agent && humanise(work.approval.agent),
          left(work.approval.expiresAt),
          inShort(work.approval.details, work.approval.title),
        ].filter(Boolean).join(" · "),
        linked: true,
      };
    case "order":
      return {
        title: (
          <Link to={`/orders/${work.order.id}`}>
            {work.order.reference} · {work.order.customer.name}
          </Link>
        ),
        text: work.order.statusReason ?? "It stopped; retry or cancel it.",
        linked: true,
      };
    case "message":
      return { ...message(work.message, onDone), text: inLine(work.message.body ?? "") };
  }
}

function message(given: InboxMessage, onRead: () => void) {
  const to = within(given.link);
  if (to) {
    const open = () => {
      if (!given.read) onRead();
    };
    return { title: <Link to={to} onClick={open}>{given.subject}</Link>, linked: true };
  }
  if (given.link) {
    return {
      title: <a href={given.link} rel="noopener noreferrer">{given.subject}</a>,
      linked: true,
    };
  }
  return { title: given.subject, linked: false };
}

/** A message written for e-mail, in one line and with the reader's own times. */
function inLine(body: string): string {
  return body.trim().replace(/\s*\n\s*/g, " · ").replace(
    /\b\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?Z/g,
    (time) => dateTime(time),
  );
}

/** "amount: 1200, currency: EUR": what is to be agreed to, in a line. */
function inShort(details: unknown, title: string): string {
  if (typeof details !== "object" || details === null) return details ? String(details) : "";
  return Object.entries(details).filter(([, value]) => value !== title).slice(0, 6).map((
    [key, value],
  ) => `${key}: ${typeof value === "object" ? JSON.stringify(value) : String(value)}`).join(", ")
    .slice(0, 240);
}
