import { useEffect, useRef, useState } from "react";
import { explain, post } from "../api/client";
import { invalidate, useQuery } from "../api/query";
import type { Inbox, InboxMessage } from "../api/types";
import { Link, setQuery, useLocation, within } from "../shell/router";
import { Button } from "../ui/Button";
import { ago, dateTime } from "../ui/format";
import { Icon, type IconName } from "../ui/Icon";
import { Page } from "../ui/Page";
import { useRowKeys } from "../ui/rows";
import { Empty, Failure, Skeleton } from "../ui/States";
import { toast } from "../ui/Toast";

const SEVERITY: Record<string, [string, IconName]> = {
  info: ["Information", "info"],
  warning: ["Warning", "flag"],
  alarm: ["Alarm", "alarm"],
};

/** What the operation wants people to know, newest first. */
export function InboxPage() {
  const inbox = useQuery<Inbox>("/api/inbox", 2000);
  const { query } = useLocation();
  const unreadOnly = query.get("show") === "unread";
  const [busy, setBusy] = useState(false);
  const keys = useRowKeys();
  const items = inbox.data?.items ?? [];
  // What was unread when the list was opened stays in it while it is being read.
  const kept = useRef(new Set<string>());
  useEffect(() => {
    if (!unreadOnly) kept.current = new Set();
  }, [unreadOnly]);
  for (const each of items) if (!each.read) kept.current.add(each.id);
  const shown = unreadOnly ? items.filter((each) => kept.current.has(each.id)) : items;
  const unread = inbox.data?.unread ?? 0;

  const read = async (...messages: InboxMessage[]) => {
    setBusy(true);
    try {
      await Promise.all(messages.map((each) => post(`/api/inbox/${each.id}/read`)));
    } catch (error) {
      toast(explain(error), "wrong");
    } finally {
      setBusy(false);
      invalidate("/api/inbox");
    }
  };
  return (
    <Page
      title="Inbox"
      lead={inbox.data && (unread > 0 ? `${unread} unread` : "All read")}
      actions={unread > 0 && (
        <Button
          icon="check"
          busy={busy}
          onClick={() => read(...items.filter((each) => !each.read))}
        >
          Mark all read
        </Button>
      )}
    >
      <div className="chips filters" role="group" aria-label="Show">
        <button
          type="button"
          className="chip"
          aria-pressed={!unreadOnly}
          onClick={() => setQuery({ show: null })}
        >
          All
        </button>
        <button
          type="button"
          className="chip"
          aria-pressed={unreadOnly}
          onClick={() => setQuery({ show: "unread" })}
        >
          Unread <span className="num">{unread}</span>
        </button>
      </div>
      <div className="card card-flush">
        {inbox.loading && <Skeleton lines={6} tall />}
        {inbox.error !== null && <Failure error={inbox.error} retry={inbox.refresh} />}
        {inbox.data && shown.length === 0 && (
          <Empty icon="inbox" title={unreadOnly ? "Nothing unread" : "Nothing here yet"}>
            Bookings, failures and warnings arrive here by themselves.
          </Empty>
        )}
        <ul className="messages" onKeyDown={keys}>
          {shown.map((each) => (
            <Message
              key={each.id}
              message={each}
              onRead={() => void read(each)}
            />
          ))}
        </ul>
      </div>
    </Page>
  );
}

function Message({ message, onRead }: { message: InboxMessage; onRead: () => void }) {
  const [word, icon] = SEVERITY[message.severity ?? "info"] ?? ["Information", "info" as const];
  const to = within(message.link);
  const subject = (
    <>
      {!message.read && <span className="sr-only">Unread:</span>}
      {message.subject}
    </>
  );
  return (
    <li
      data-row=""
      tabIndex={to ? undefined : -1}
      className={message.read ? "message" : "message message-unread"}
    >
      <span
        className={`severity severity-${message.severity ?? "info"}`}
        role="img"
        aria-label={word}
        title={word}
      >
        <Icon name={icon} />
      </span>
      <div className="message-text">
        <h2>
          {to
            ? <Link to={to} onClick={() => message.read || onRead()}>{subject}</Link>
            : message.link
            ? <a href={message.link} rel="noopener noreferrer">{subject}</a>
            : subject}
        </h2>
        {message.body && <p>{inLine(message.body)}</p>}
      </div>
      <div className="message-side">
        <time className="num faint" dateTime={message.at} title={dateTime(message.at)}>
          {ago(message.at)}
        </time>
        {!message.read && <Button small kind="quiet" onClick={onRead}>Mark read</Button>}
      </div>
    </li>
  );
}

/** A message written for e-mail, in one line and with the reader's own times. */
function inLine(body: string): string {
  return body.trim().replace(/\s*\n\s*/g, " · ").replace(
    /\b\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?Z/g,
    (time) => dateTime(time),
  );
}
