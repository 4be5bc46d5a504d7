import { type ReactNode, useEffect, useState } from "react";
import { explain, Problem } from "../api/client";
import { useQuery } from "../api/query";
import type { Decision, Page as ListOf } from "../api/types";
import { DecisionList } from "../decisions/DecisionList";
import { useCurrency } from "../decisions/useCurrency";
import { modelCost } from "../decisions/words";
import { ApprovalDialog } from "../inbox/ApprovalDialog";
import { usePageActions } from "../shell/actions";
import { useEscape } from "../shell/keys";
import { useRecent } from "../shell/recent";
import { Link, navigate, setQuery, useLocation } from "../shell/router";
import { useAction } from "../ui/action";
import { Button } from "../ui/Button";
import { Copy } from "../ui/Copy";
import { Ago, Facts } from "../ui/Data";
import { counted, dateTime, humanise } from "../ui/format";
import { Icon } from "../ui/Icon";
import { Page, Section, Tabs } from "../ui/Page";
import { ReasonDialog } from "../ui/ReasonDialog";
import { ChoiceChips } from "../ui/Search";
import { Failure, Skeleton } from "../ui/States";
import { toast } from "../ui/Toast";
import { evaluations, open, useIntent, withdraw } from "./api";
import type { Evaluation, Intent, WholeIntent } from "./types";
import { CourseChart, CourseTable } from "./CourseChart";
import { Edges } from "./Edges";
import { Heading } from "./Heading";
import { Gauge } from "./IntentCard";
import { useRights } from "./IntentsArea";
import { PriorityMark, RiskMark, StageMark } from "./marks";
import { comparisonWords, predicateWords, valueWords } from "./predicate";
import { Remediations, sentence } from "./Remediations";
import { Told } from "./Told";
import { basisWords, doingWords, leftWords, lengthWords, uptimeWords } from "./words";

const RANGES: [string, string, number][] = [
  ["", "Day", 24],
  ["hour", "Hour", 1],
  ["six", "6 hours", 6],
  ["three", "3 days", 72],
];

const SHORT = 2 * 3_600_000;

const TABS = ["course", "decisions", "history"] as const;
type Tab = (typeof TABS)[number];

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
  const tab = TABS.find((each) => each === query.get("tab")) ?? "course";
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

function Panel({ tab, children }: { tab: Tab; children: ReactNode }) {
  return (
    <div id={`panel-${tab}`} role="tabpanel" aria-labelledby={`tab-${tab}`} className="panel">
      {children}
    </div>
  );
}

function Summary({ intent }: { intent: WholeIntent }) {
  const { measure } = intent;
  const basis = basisWords(intent.observation);
  const currency = useCurrency();
  return (
    <div className="card intent-summary">
      <ul className="figures">
        <li>
          <span>Measured</span>
          <strong className="num">{valueWords(measure, intent.value)}</strong>
          {basis && <small className="faint">{basis}</small>}
        </li>
        <li>
          <span>Target</span>
          <strong className="num">
            {comparisonWords(measure.comparison)} {valueWords(measure, measure.target)}
          </strong>
          <Gauge intent={intent} />
        </li>
        <li>
          <span>Deadline</span>
          <strong>
            {intent.closedAt ? humanise(intent.status) : leftWords(intent.deadline, Date.now())}
          </strong>
          <small className="faint">{dateTime(intent.deadline)}</small>
        </li>
        <li>
          <span>Uptime</span>
          <strong className="num">{uptimeWords(intent.uptime)}</strong>
          <small className="faint">{counted(intent.drifts, "drift")}</small>
        </li>
        <li>
          <span>Cost</span>
          <strong className="num">{modelCost(intent.costMicros, currency)}</strong>
          <small className="faint">{counted(intent.decisions, "decision")}</small>
        </li>
      </ul>
      <p className="intent-doing">
        <Icon name="agents" size={16} />
        <span>
          {sentence(doingWords(intent, intent.latestRemediations))}
          {intent.driftingSince && intent.status === "open" && (
            <span className="faint">
              {" "}
              Drifting for {lengthWords(Date.now() - Date.parse(intent.driftingSince))}.
            </span>
          )}
        </span>
      </p>
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

function Measured({ intent }: { intent: WholeIntent }) {
  const { query } = useLocation();
  const range = RANGES.find(([key]) => key === (query.get("range") ?? "")) ?? RANGES[0];
  const hours = range?.[2] ?? 24;
  // The end is moved on by the minute, so that one reading serves for a while.
  const [minute, setMinute] = useState(() => Math.ceil(Date.now() / 60_000));
  useEffect(() => {
    const timer = setInterval(() => setMinute(Math.ceil(Date.now() / 60_000)), 20_000);
    return () => clearInterval(timer);
  }, []);
  const end = intent.closedAt ? Date.parse(intent.closedAt) + 1000 : minute * 60_000;
  const begin = end - hours * 3_600_000;
  const iso = (at: number) => new Date(at).toISOString();
  const opened = intent.openedAt ? Date.parse(intent.openedAt) : begin;
  const found = useQuery<{ items: Evaluation[] }>(
    intent.openedAt ? evaluations(intent.intent_id, iso(begin), iso(end)) : null,
    20_000,
    // A day of evaluations is too much to be read with each round.
    end - Math.max(begin, opened) < SHORT ? [`intents/${intent.intent_id}`] : undefined,
  );
  // While the next minute is read, what was there stays.
  const [kept, setKept] = useState<Evaluation[]>();
  useEffect(() => {
    if (found.data) setKept(found.data.items);
  }, [found.data]);
  const items = found.data?.items ?? kept;
  // What was not open yet has no course: the chart begins with the opening, if that is later.
  const from = Math.max(begin, Math.min(opened - 30_000, end - 300_000));
  return (
    <Section
      title="Measured against the target"
      aside={intent.openedAt && (
        <ChoiceChips
          label="Time"
          name="range"
          choices={RANGES.map(([key, word]) => [key, word])}
        />
      )}
    >
      {!intent.openedAt && (
        <p className="faint">It was not opened, and so nothing was measured for it.</p>
      )}
      {found.error !== null && <Failure error={found.error} retry={found.refresh} />}
      {intent.openedAt && !items && found.error === null && <Skeleton lines={6} />}
      {items && items.length === 0 && <p className="faint">Nobody looked in this time.</p>}
      {items && items.length > 0 && (
        <>
          <CourseChart
            intent={intent}
            evaluations={items}
            remediations={intent.latestRemediations}
            span={{ from, to: end }}
          />
          <CourseTable intent={intent} evaluations={items} />
        </>
      )}
    </Section>
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
