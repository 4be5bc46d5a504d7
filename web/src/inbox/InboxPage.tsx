import { useMemo, useRef, useState } from "react";
import { AlarmDialog, type Asked } from "../alarms/commands";
import { SeverityLegend } from "../alarms/severity";
import { explain, post, Problem } from "../api/client";
import type { AlarmList } from "../api/kernel";
import { invalidate, type Query, useQuery } from "../api/query";
import type { Inbox, InboxMessage, OrderPage } from "../api/types";
import { usePageActions } from "../shell/actions";
import { navigate, oneOf, setQuery, useLocation } from "../shell/router";
import { Button } from "../ui/Button";
import { counted } from "../ui/format";
import { Page } from "../ui/Page";
import { usePages } from "../ui/pages";
import { focusRow, useRowKeys } from "../ui/rows";
import { ReasonDialog } from "../ui/ReasonDialog";
import { ChoiceChips } from "../ui/Search";
import { Empty, Failure, Skeleton } from "../ui/States";
import { toast } from "../ui/Toast";
import { ApprovalDialog } from "./ApprovalDialog";
import { useApprovals } from "./approvals";
import {
  approvalOf,
  byPriority,
  fromAlarm,
  fromApproval,
  fromMessage,
  fromOrder,
  once,
  WAITING,
  waitingMessages,
  type Work,
} from "./work";
import { WorkRow } from "./WorkRow";

const messageId = (message: InboxMessage) => message.id;
const INBOX = ["inbox"];
const ALARMS = ["alarms"];
const ORDERS = ["orders"];

/** What waits for a person, whatever it came from, the most urgent first. */
export function InboxPage() {
  const { query } = useLocation();
  const show = oneOf(query.get("show"), "open", "messages", "work");
  const pages = usePages<InboxMessage, Inbox>("/api/inbox", messageId, 2000, INBOX);
  const inbox = pages.first;
  const waitingUnread = useQuery<Inbox>(WAITING, 5000, INBOX);
  const alarms = useQuery<AlarmList>(
    "/api/alarms?state=active&acknowledged=false&limit=50",
    5000,
    ALARMS,
  );
  const failed = useQuery<OrderPage>("/api/orders?status=failed&limit=50", 5000, ORDERS);
  const approvals = useApprovals(5000);
  const deciding = query.get("approval");
  const [asked, setAsked] = useState<Asked>(null);
  const [taking, setTaking] = useState<InboxMessage | null>(null);
  const [busy, setBusy] = useState(false);
  const keys = useRowKeys();
  // Later pages are not fetched anew: what was read here is remembered here.
  const [readHere, setReadHere] = useState<ReadonlySet<string>>(() => new Set());
  const messages = useMemo(() => {
    const buried = waitingMessages(waitingUnread.data)
      .filter((each) => !pages.items.some((known) => known.id === each.id));
    return [...pages.items, ...buried]
      .map((each) => readHere.has(each.id) ? { ...each, read: true } : each);
  }, [pages.items, waitingUnread.data, readHere]);

  // What waited when the list was opened stays in it while it is worked through.
  const kept = useRef({ show, ids: new Set<string>() });
  if (kept.current.show !== show) kept.current = { show, ids: new Set() };
  const all = useMemo(() =>
    [
      ...(alarms.data?.items ?? []).map(fromAlarm),
      ...approvals.items.map(fromApproval),
      ...(failed.data?.items ?? []).map(fromOrder),
      ...messages.map(fromMessage),
    ].sort(byPriority), [alarms.data, approvals.items, failed.data, messages]);
  for (const each of all) if (each.waits) kept.current.ids.add(each.id);
  const due = once(all);
  const shown = (show === "open" ? due : all).filter((each) =>
    show === "open"
      ? kept.current.ids.has(each.id)
      : show === "messages"
      ? each.kind === "message"
      : each.kind !== "message"
  );
  // Only once all of it is here does nothing wait.
  const loading = [alarms, approvals, failed].some((each) => each.loading);
  const sources: [string, Query<unknown>][] = [
    ["Alarms", alarms],
    ["Approvals", approvals],
    ["Failed orders", failed],
  ];
  const absent = sources.filter(([what, { error }]) =>
    error !== null &&
    // Who has nothing to do with orders is not told of them.
    !(what === "Failed orders" && error instanceof Problem && error.status === 403)
  );
  const waiting = due.filter((each) => each.waits).length;
  const unread = shown.flatMap((each) => each.kind === "message" ? [each.message] : [])
    .filter((each) => !each.read && !each.needsAcknowledgement);
  const news = messages.filter((each) => !each.read).length;

  const read = async (...some: InboxMessage[]) => {
    setBusy(true);
    try {
      await Promise.all(some.map((each) => post(`/api/inbox/${each.id}/read`)));
      setReadHere((before) => new Set([...before, ...some.map(messageId)]));
    } catch (error) {
      toast(explain(error), "wrong");
    } finally {
      setBusy(false);
      invalidate("/api/inbox");
    }
  };
  const done = (work: Work) => {
    if (work.kind === "alarm") setAsked({ alarm: work.alarm, what: "acknowledge" });
    else if (work.kind === "approval") setQuery({ approval: work.approval.id }, { push: true });
    else if (work.kind === "order") navigate(`/orders/${work.order.id}`);
    else if (approvalOf(work.message) && work.open) {
      setQuery({ approval: approvalOf(work.message) }, { push: true });
    } else if (work.message.needsAcknowledgement) setTaking(work.message);
    else if (!work.message.read) void read(work.message);
  };
  const rows = () => [...document.querySelectorAll<HTMLElement>(".messages [data-row]")];
  usePageActions([
    ...(unread.length > 0
      ? [{
        id: "read",
        label: `Mark all ${unread.length} messages read`,
        icon: "check" as const,
        run: () => void read(...unread),
      }]
      : []),
    {
      id: "next",
      label: "Next",
      icon: "down",
      key: "j",
      keyOnly: true,
      run: () => focusRow(rows()[0]),
    },
    {
      id: "last",
      label: "Previous",
      icon: "up",
      key: "k",
      keyOnly: true,
      run: () => focusRow(rows().pop()),
    },
    {
      id: "done",
      label: "Acknowledge or mark read, and go on",
      icon: "check",
      key: "e",
      keyOnly: true,
      run: () => {
        const row = document.activeElement?.closest<HTMLElement>("[data-row]");
        const work = shown.find((each) => each.id === row?.dataset.id);
        if (!row || !work) return;
        done(work);
        if (work.kind === "message" && !work.message.needsAcknowledgement) {
          focusRow(rows()[rows().indexOf(row) + 1]);
        }
      },
    },
  ]);
  return (
    <Page
      title="Inbox"
      lead={inbox.data && !loading && [
        waiting > 0 ? `${counted(waiting, "thing")} to look at` : "Nothing waits for you",
        news > 0 && counted(news, "unread message"),
      ].filter(Boolean).join(" · ")}
      actions={unread.length > 0 && (
        <Button
          icon="check"
          busy={busy}
          onClick={() => read(...unread)}
        >
          Mark all read
        </Button>
      )}
    >
      <div className="filters">
        <ChoiceChips
          label="Show"
          name="show"
          choices={[["open", "To do"], ["messages", "Messages"], [
            "work",
            "Alarms, approvals, orders",
          ]]}
        />
      </div>
      {show !== "messages" &&
        absent.map(([what, { error }]) => (
          <p key={what} className="notice" role="status">
            {what} are not shown here: {explain(error)}
          </p>
        ))}
      <div className="card card-flush">
        {(inbox.loading || (loading && shown.length === 0)) && <Skeleton lines={6} tall />}
        {inbox.error !== null && <Failure error={inbox.error} retry={inbox.refresh} />}
        {inbox.data && !loading && shown.length === 0 && (
          <Empty icon="inbox" title={show === "open" ? "Nothing waits for you" : "Nothing here"}>
            Failures, alarms and warnings arrive here by themselves; good news is under Messages.
          </Empty>
        )}
        <ul className="messages" onKeyDown={keys}>
          {shown.map((each) => <WorkRow key={each.id} work={each} onDone={() => done(each)} />)}
        </ul>
      </div>
      <footer className="list-foot">
        {pages.more && show !== "work" && (
          <Button busy={pages.busy} onClick={pages.loadMore}>Older messages</Button>
        )}
        {shown.length > 0 && (
          <span className="faint keys-hint">
            <kbd>j</kbd> <kbd>k</kbd> move · <kbd>Enter</kbd> opens · <kbd>e</kbd> done
          </span>
        )}
        <SeverityLegend />
      </footer>
      {taking && (
        <ReasonDialog
          title={`Acknowledge “${taking.subject}”?`}
          confirm="Acknowledge"
          keep="Not yet"
          reason="note"
          onConfirm={async (note) => {
            await post(`/api/inbox/${taking.id}/acknowledge`, note ? { note } : {});
            invalidate("/api/inbox", "/api/alarms");
            toast("Nobody else is called for it");
            setTaking(null);
          }}
          onClose={() => setTaking(null)}
        >
          <p>You say that you take care of it. Then nobody else is called for it.</p>
        </ReasonDialog>
      )}
      {deciding && (
        <ApprovalDialog
          key={deciding}
          id={deciding}
          onClose={() => setQuery({ approval: null })}
        />
      )}
      <AlarmDialog key={asked?.alarm.id} asked={asked} onClose={() => setAsked(null)} />
    </Page>
  );
}
