import { type ReactNode, useState } from "react";
import { explain, Problem } from "../api/client";
import { useQuery } from "../api/query";
import type { Decision, Page as ListOf } from "../api/types";
import { DecisionList } from "../decisions/DecisionList";
import { ApprovalDialog } from "../inbox/ApprovalDialog";
import { usePageActions } from "../shell/actions";
import { useEscape } from "../shell/keys";
import { useRecent } from "../shell/recent";
import { Link, navigate, oneOf, setQuery, useLocation } from "../shell/router";
import { useAction } from "../ui/action";
import { Button } from "../ui/Button";
import { Copy } from "../ui/Copy";
import { Ago, Facts } from "../ui/Data";
import { dateTime, humanise } from "../ui/format";
import { Page, Section, Tabs } from "../ui/Page";
import { ReasonDialog } from "../ui/ReasonDialog";
import { Failure, Skeleton } from "../ui/States";
import { toast } from "../ui/Toast";
import { open, useIntent, withdraw } from "./api";
import { Edges } from "./Edges";
import { Heading } from "./Heading";
import { useRights } from "./IntentsArea";
import { PriorityMark, RiskMark, StageMark } from "./marks";
import { Measured } from "./Measured";
import { predicateWords } from "./predicate";
import { Remediations } from "./Remediations";
import { Summary } from "./Summary";
import { Told } from "./Told";
import type { Intent, WholeIntent } from "./types";

/** One intent: what is wanted, how it went, what was done for it, and where it is heading. */
export function IntentPage({ id }: { id: string }) {
  const found = useIntent(id);
  const intent = found.data;
  useEscape(() => navigate("/intents"), 0);
  useRecent(`/intents/${id}`, intent?.desired_outcome, "target");
  if (!intent) {
    return (
      <Page title="Intent" back={{ to: "/intents", label: "Intents" }}>
        <div className="card">
          {found.error !== null
            ? <Failure error={found.error} retry={found.refresh} />
            : <Skeleton lines={10} />}
        </div>
      </Page>
    );
  }
  return <Shown intent={intent} refresh={found.refresh} />;
}

function Shown({ intent, refresh }: { intent: WholeIntent; refresh: () => Promise<void> }) {
  const { query } = useLocation();
  const { writes } = useRights();
  const { busy, act } = useAction();
  const [leaving, setLeaving] = useState(false);
  const isClosed = intent.status !== "open" && intent.status !== "proposed";
  const tab = oneOf(query.get("tab"), "course", "decisions", "history");
  const deciding = query.get("approval");
  const id = intent.intent_id;
  const edit = () => navigate(`/intents/${encodeURIComponent(id)}/edit`);
  const start = () =>
    act(() => outdated(() => open(intent), refresh), "It is open: from now on it is held to it");
  const may = writes && !isClosed;
  usePageActions(
    may
      ? [
        ...(intent.status === "proposed"
          ? [{
            id: "open",
            label: "Open this intent",
            icon: "target" as const,
            key: "o",
            run: () => void start(),
          }]
          : []),
        { id: "edit", label: "Change this intent", icon: "gear", key: "e", run: edit },
        {
          id: "withdraw",
          label: "Withdraw this intent…",
          icon: "stop",
          run: () => setLeaving(true),
        },
      ]
      : [],
  );
  return (
    <Page
      title={intent.desired_outcome}
      back={{ to: "/intents", label: "Intents" }}
      heading={
        <span className="heading-row">
          {intent.desired_outcome}
          <StageMark intent={intent} />
          <RiskMark intent={intent} />
          <PriorityMark intent={intent} />
        </span>
      }
      lead={predicateWords(intent.measure)}
      actions={may && (
        <>
          <Button icon="stop" onClick={() => setLeaving(true)}>Withdraw…</Button>
          <Button icon="gear" onClick={edit}>Change</Button>
          {intent.status === "proposed" && (
            <Button kind="primary" icon="target" busy={busy} onClick={start}>Open</Button>
          )}
        </>
      )}
    >
      <Summary intent={intent} />
      <Tabs
        label="About this intent"
        tabs={[
          { key: "course", label: "Course" },
          { key: "decisions", label: "Decisions", badge: intent.decisions },
          { key: "history", label: "History" },
        ]}
        active={tab}
        onChange={(key) => setQuery({ tab: key === "course" ? null : key, open: null })}
      />
      <Panel tab={tab}>
        {tab === "course" && <Course intent={intent} writes={may} />}
        {tab === "decisions" && <Decisions intent={intent} />}
        {tab === "history" && (
          <Section title={`Version ${intent.version}, and how it came to be`}>
            <Told intent={intent} />
          </Section>
        )}
      </Panel>
      {leaving && (
        <ReasonDialog
          title={`Withdraw “${intent.desired_outcome}”?`}
          confirm="Withdraw"
          keep="Keep it"
          danger
          onConfirm={async (reason) => {
            await outdated(() => withdraw(intent, reason), refresh);
            toast("It is withdrawn");
            setLeaving(false);
          }}
          onClose={() => setLeaving(false)}
        >
          <p>Nobody holds it against reality any more, and what is done for it is stopped.</p>
        </ReasonDialog>
      )}
      {deciding && (
        <ApprovalDialog
          key={deciding}
          id={deciding}
          onClose={() => setQuery({ approval: null })}
        />
      )}
    </Page>
  );
}

/** Somebody was quicker: what it is now is read, and said. */
async function outdated(work: () => Promise<void>, refresh: () => Promise<void>) {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof Problem && error.status === 412)) throw error;
    await refresh();
    throw new Error(`Somebody changed it meanwhile; look at it again. ${explain(error)}`);
  }
}

function Panel({ tab, children }: { tab: string; children: ReactNode }) {
  return (
    <div id={`panel-${tab}`} role="tabpanel" aria-labelledby={`tab-${tab}`} className="panel">
      {children}
    </div>
  );
}

function Course({ intent, writes }: { intent: WholeIntent; writes: boolean }) {
  return (
    <div className="columns">
      <div className="column">
        <Measured intent={intent} />
        <Section title="What was done for it">
          <Remediations intent={intent} remediations={intent.latestRemediations} />
        </Section>
      </div>
      <div className="column">
        <Section title="Where it is heading">
          <Heading intent={intent} />
        </Section>
        <Section title="The beacon">
          <Facts facts={facts(intent)} />
          <h3 className="predicate-head">Predicate</h3>
          <Copy label="Predicate" text={intent.predicate} />
        </Section>
        <Section
          title="What it hangs on"
          aside={
            <Link
              to={`/intents/graph?node=${encodeURIComponent(`intent:${intent.intent_id}`)}`}
            >
              In the graph
            </Link>
          }
        >
          <Edges node={`intent:${intent.intent_id}`} edges={intent.edges} writes={writes} />
        </Section>
      </div>
    </div>
  );
}

function facts(intent: Intent): [string, ReactNode][] {
  return [
    ["Domain", intent.domain],
    ["Owner", intent.owner.name],
    ["Priority", humanise(intent.priority)],
    [
      "Goal",
      intent.goal === "maintain" ? "to hold until the deadline" : "to come true once",
    ],
    ["Without asking", `remediations of ${intent.constraints.cost} cost`],
    [
      "Seen by",
      intent.constraints.sensitivity === "public" ? "all members" : "those who rule, and its owner",
    ],
    ...(intent.remedies.length > 0
      ? [["Remedies", intent.remedies.map((each) => each.workflow).join(", ")] as [
        string,
        ReactNode,
      ]]
      : []),
    [
      "Declared",
      <span key="made">
        <Ago at={intent.createdAt} /> by {intent.createdBy.name}
        {intent.preset && ", as a default"}
      </span>,
    ],
    ...(intent.closedAt
      ? [["Closed", `${dateTime(intent.closedAt)}: ${intent.closedReason ?? ""}`] as [
        string,
        ReactNode,
      ]]
      : []),
    ["Version", `${intent.version}`],
    ["Looked at", <Ago key="seen" at={intent.evaluatedAt} />],
  ];
}

function Decisions({ intent }: { intent: WholeIntent }) {
  const found = useQuery<ListOf<Decision>>(
    `/api/decisions?intent=${encodeURIComponent(intent.intent_id)}&limit=100`,
    15_000,
    [`intents/${intent.intent_id}`],
  );
  if (found.error !== null) {
    return (
      <div className="card">
        <Failure error={found.error} retry={found.refresh} />
      </div>
    );
  }
  return (
    <DecisionList
      decisions={found.data?.items ?? []}
      loading={found.loading}
      expected={intent.decisions}
    />
  );
}
