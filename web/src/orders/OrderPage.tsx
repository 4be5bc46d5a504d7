import { lazy, type ReactNode, Suspense, useEffect, useMemo, useState } from "react";
import { patch, post } from "../api/client";
import { usePresence } from "../api/presence";
import { invalidate, remember, useQuery } from "../api/query";
import type { Decision, Order, Page as ListOf } from "../api/types";
import { DecisionList } from "../decisions/DecisionList";
import { usePageActions } from "../shell/actions";
import { useEscape } from "../shell/keys";
import { useMe } from "../shell/me";
import { useRecent } from "../shell/recent";
import { navigate, setQuery, useLocation } from "../shell/router";
import { useAction } from "../ui/action";
import { Button } from "../ui/Button";
import { counted, cubic, date, kg } from "../ui/format";
import { Page, Section, Tabs } from "../ui/Page";
import { Empty, Failure, Skeleton } from "../ui/States";
import { Presence } from "../ui/Presence";
import { toast } from "../ui/Toast";
import { BookingList } from "./BookingList";
import { CancelDialog } from "./CancelDialog";
import { DelayDialog } from "./DelayDialog";
import { FlowCard } from "./FlowCard";
import { ItemTable } from "./ItemTable";
import { OrderFacts } from "./OrderFacts";
import { moving, Status } from "./status";
import { Timeline } from "./Timeline";

// Brings three.js along, so it is fetched only when a load is looked at.
const LoadPanel = lazy(() => import("../load/LoadPanel"));

type Tab = "overview" | "load" | "decisions" | "history";

/** One order: where it stands, what was decided, and how it is loaded. */
export function OrderPage({ id }: { id: string }) {
  const path = `/api/orders/${encodeURIComponent(id)}`;
  const { query } = useLocation();
  const [quick, setQuick] = useState(true);
  const [run, setRun] = useState<string | null>(null);
  // While agents are at work each step of the run may bring a decision.
  const topics = useMemo(
    () => quick && run !== null ? [`orders/${id}`, `runs/${run}`] : [`orders/${id}`],
    [id, quick, run],
  );
  const whole = `${path}?include=execution,decisions`;
  const order = useQuery<Order>(whole, quick ? 1000 : 2000, topics);
  const live = order.data ? moving(order.data.status) : true;
  if (live !== quick) setQuick(live);
  const started = order.data?.execution?.id ?? null;
  if (started !== run) setRun(started);
  const [cancelling, setCancelling] = useState(false);
  const [late, setLate] = useState(false);
  useEscape(() => navigate("/orders"), 0);

  const data = order.data;
  const self = useMe()?.account.id;
  const others = usePresence(`orders/${id}`, cancelling ? "editing" : "viewing", self);
  useRecent(`/orders/${id}`, data && `${data.reference} · ${data.customer.name}`, "orders");
  // The list is asked for again when the order itself tells of another decision.
  const decisionCount = data?.decisions?.length ?? 0;
  const decisions = useQuery<ListOf<Decision>>(
    decisionCount > 0 ? `/api/decisions?subject=order:${encodeURIComponent(id)}` : null,
    live ? 2000 : 0,
    topics,
  );
  const { refresh: askDecisions } = decisions;
  useEffect(() => void askDecisions(), [decisionCount, askDecisions]);

  const callable = data && !["delivered", "cancelled", "dispatched"].includes(data.status);
  const done = (changed: Order, said: string) => {
    // The answer of a command leaves out the run and the decisions, which are fetched anew.
    if (data) remember(whole, { ...data, ...changed });
    invalidate(path, "/api/orders?", "/api/inbox", "/api/executions");
    toast(said);
  };
  const { busy, act } = useAction();
  const reference = data?.reference ?? "The order";
  const retry = () =>
    void act(async () => done(await post<Order>(`${path}/retry`), `${reference} starts again`));
  const cancel = async (reason: string) => {
    const body = { status: "cancelled", reason };
    done(await patch<Order>(path, body), `${reference} is cancelled`);
    setCancelling(false);
  };
  const show = (key: string) =>
    setQuery({ tab: key === "overview" ? null : key, decision: null, step: null, open: null });
  usePageActions([
    ...(callable
      ? [{
        id: "cancel",
        label: "Cancel this order…",
        icon: "stop" as const,
        key: "c",
        run: () => setCancelling(true),
      }]
      : []),
    ...(data?.status === "failed"
      ? [{ id: "retry", label: "Retry this order", icon: "retry" as const, key: "r", run: retry }]
      : []),
    { id: "overview", label: "Overview", icon: "orders", key: "1", run: () => show("overview") },
    { id: "load", label: "Load in 3D", icon: "cube", key: "2", run: () => show("load") },
    { id: "decisions", label: "Decisions", icon: "agents", key: "3", run: () => show("decisions") },
    { id: "history", label: "History", icon: "clock", key: "4", run: () => show("history") },
  ]);

  if (order.error !== null || !data) {
    return (
      <Page title="Order" back={{ to: "/orders", label: "Orders" }}>
        <div className="card">
          {order.error !== null
            ? <Failure error={order.error} retry={order.refresh} />
            : <Skeleton lines={12} />}
        </div>
      </Page>
    );
  }

  const tab = (query.get("tab") ?? "overview") as Tab;
  const told = decisions.data?.items ?? [];

  return (
    <Page
      title={data.reference}
      back={{ to: "/orders", label: "Orders" }}
      heading={
        <span className="heading-row">
          <span className="num">{data.reference}</span>
          <Status status={data.status} />
          <Presence people={others} />
        </span>
      }
      lead={
        <>
          {data.customer.name} · for {date(data.requestedDate)} ·{" "}
          {counted(data.itemCount, "piece")}, {kg(data.totalWeightGrams)},{" "}
          {cubic(data.totalVolumeMm3)}
        </>
      }
      actions={
        <>
          {data.status === "failed" && (
            <Button kind="primary" icon="retry" busy={busy} onClick={retry}>Retry</Button>
          )}
          {callable && <Button icon="clock" onClick={() => setLate(true)}>It is late</Button>}
          {callable && (
            <Button icon="stop" onClick={() => setCancelling(true)}>
              Cancel order
            </Button>
          )}
        </>
      }
    >
      {data.statusReason && (data.status === "failed" || data.status === "cancelled") && (
        <p className={data.status === "failed" ? "notice notice-wrong" : "notice"}>
          <strong>{data.status === "failed" ? "Why it failed" : "Why it was cancelled"}:</strong>
          {" "}
          {data.statusReason}
        </p>
      )}
      <Tabs
        label="Order"
        active={tab}
        onChange={show}
        tabs={[
          { key: "overview", label: "Overview" },
          { key: "load", label: "Load", badge: data.layout?.boxes ?? 0 },
          { key: "decisions", label: "Decisions", badge: decisionCount },
          { key: "history", label: "History" },
        ]}
      />
      <Panel tab={tab}>
        {tab === "overview" && <Overview order={data} live={live} decisions={told} />}
        {tab === "load" && (data.layout
          ? (
            <Suspense fallback={<Waiting />}>
              <LoadPanel orderId={id} version={data.layout.version} />
            </Suspense>
          )
          : (
            <div className="card">
              <Empty icon="cube" title={live ? "Not packed yet" : "There is no load plan"}>
                {live
                  ? "It appears here as soon as the analyser has packed the order."
                  : "The order stopped before it was packed."}
              </Empty>
            </div>
          ))}
        {tab === "decisions" && (
          <DecisionList decisions={told} loading={decisions.loading} expected={decisionCount} />
        )}
        {tab === "history" && (
          <Section title="History">
            <Timeline moves={data.history ?? []} detailed />
          </Section>
        )}
      </Panel>
      {late && (
        <DelayDialog
          order={data}
          onDelayed={(changed, said) => {
            done(changed, said);
            invalidate("/api/trips");
            setLate(false);
          }}
          onClose={() => setLate(false)}
        />
      )}
      {cancelling && (
        <CancelDialog
          order={data}
          onCancel={cancel}
          onClose={() => setCancelling(false)}
        />
      )}
    </Page>
  );
}

function Panel({ tab, children }: { tab: Tab; children: ReactNode }) {
  return (
    <div id={`panel-${tab}`} role="tabpanel" aria-labelledby={`tab-${tab}`} className="panel">
      {children}
    </div>
  );
}

const Waiting = () => (
  <div className="card">
    <Skeleton lines={6} tall />
  </div>
);

interface OverviewProps {
  order: Order;
  live: boolean;
  decisions: Decision[];
}

function Overview({ order, live, decisions }: OverviewProps) {
  const run = order.execution && (
    <FlowCard
      runId={order.execution.id}
      live={live}
      decisions={decisions}
      said={order.status === "failed" ? order.statusReason ?? null : null}
    />
  );
  const first = live || order.status === "failed";
  return (
    <div className="columns">
      <div className="column">
        {first && run}
        {(order.bookings?.length ?? 0) > 0 && <BookingList bookings={order.bookings ?? []} />}
        <ItemTable items={order.items ?? []} />
        {!first && run}
      </div>
      <div className="column">
        <Section title="Status">
          <Timeline moves={order.history ?? []} ahead={order.status} />
        </Section>
        <OrderFacts order={order} />
      </div>
    </div>
  );
}
