import { useState } from "react";
import { explain, get } from "../api/client";
import type { AuditEntry, AuditVerdict } from "../api/kernel";
import { usePageActions } from "../shell/actions";
import { Link, setQuery, useLocation } from "../shell/router";
import { Button, IconButton } from "../ui/Button";
import { type Column, DataTable } from "../ui/DataTable";
import { count, dateTime, humanise, timeFine } from "../ui/format";
import { useFilters } from "../ui/filters";
import { Icon, type IconName } from "../ui/Icon";
import { ListCard } from "../ui/ListCard";
import { usePages } from "../ui/pages";
import { SavedViews } from "../ui/SavedViews";
import { Choice, Search } from "../ui/Search";
import { Empty } from "../ui/States";
import { TimeRange } from "../observe/TimeRange";
import { AdminPage } from "./AdminPage";

const FILTERS = ["actor", "action", "subject", "outcome", "from", "to"];
const TOPICS = ["audit"];
const idOf = (entry: AuditEntry) => String(entry.seq);

const OUTCOME: Record<AuditEntry["outcome"], [string, IconName, string]> = {
  done: ["Done", "check", "delivered"],
  refused: ["Refused", "stop", "dispatched"],
  failed: ["Failed", "alarm", "failed"],
};

const COLUMNS: Column<AuditEntry>[] = [
  {
    key: "action",
    label: "What",
    place: "main",
    cell: (entry) => (
      <span className="two-lines">
        <span className="strong">{humanise(entry.action)}</span>
        <code className="faint">{entry.action}</code>
      </span>
    ),
  },
  {
    key: "outcome",
    label: "Outcome",
    place: "status",
    cell: (entry) => {
      const [word, icon, tone] = OUTCOME[entry.outcome] ?? OUTCOME.failed;
      return (
        <span className={`status status-${tone}`}>
          <Icon name={icon} size={15} />
          {word}
        </span>
      );
    },
  },
  {
    key: "actor",
    label: "Who",
    cell: (entry) => (
      <>
        {entry.actor
          ? (
            <button
              type="button"
              className="link-button"
              onClick={() => setQuery({ actor: entry.actor?.id ?? null })}
            >
              {entry.actor.name ?? humanise(entry.actor.kind)}
            </button>
          )
          : "–"}
        {entry.onBehalfOf?.name && <span className="faint">for {entry.onBehalfOf.name}</span>}
      </>
    ),
  },
  { key: "subject", label: "On what", cell: (entry) => <Subject subject={entry.subject} /> },
  {
    key: "detail",
    label: "Detail",
    className: "audit-detail",
    cell: (entry) => <span className="wrap">{plain(entry.detail)}</span>,
  },
  {
    key: "at",
    label: "When",
    right: true,
    className: "faint",
    cell: (entry) => (
      <time dateTime={entry.at} title={entry.at}>
        {dateTime(entry.at)}:{timeFine(entry.at).slice(-2)}
      </time>
    ),
  },
  {
    key: "trace",
    label: "Trace",
    quiet: true,
    place: "more",
    className: "right",
    cell: (entry) => entry.trace && <Link to={`/observe/traces/${entry.trace}`}>Trace</Link>,
  },
];

/** Who did what, when, and what came of it; nobody can change it unseen. */
export function AuditPage() {
  const { query } = useLocation();
  const { path, filtered } = useFilters("/api/audit", FILTERS);
  const pages = usePages<AuditEntry>(path, idOf, 10_000, TOPICS);
  const actor = query.get("actor");
  const name = pages.items.find((each) => each.actor?.id === actor)?.actor?.name;
  const verify = useVerify();
  usePageActions([
    { id: "verify", label: "Verify the audit log", icon: "shield", run: verify.run },
    {
      id: "refused",
      label: "What was refused",
      icon: "stop",
      run: () => setQuery({ outcome: "refused" }),
    },
  ]);
  return (
    <AdminPage
      title="Audit"
      actions={
        <>
          <SavedViews page="audit" path="/admin/audit" />
          <Button icon="shield" busy={verify.busy} onClick={verify.run}>
            {verify.busy ? "Verifying…" : "Verify"}
          </Button>
        </>
      }
    >
      <p className={`notice notice-${verify.tone}`} role="status" hidden={!verify.said}>
        {verify.said}
      </p>
      <div className="filters filter-fields">
        <Search name="action" label="Action" placeholder="Action, as account.disabled" />
        <Search name="subject" label="Subject" placeholder="Subject, as account:…" />
        <Choice
          label="Outcome"
          name="outcome"
          choices={[["", "any"], ["done", "done"], ["refused", "refused"], ["failed", "failed"]]}
        />
        <TimeRange />
        {actor && (
          <span className="token">
            <Icon name="customers" size={16} />
            {name ?? "One account"}
            <IconButton icon="close" label="Anybody" onClick={() => setQuery({ actor: null })} />
          </span>
        )}
      </div>
      <ListCard
        pages={pages}
        one="entry"
        many="entries"
        empty={
          <Empty icon="log" title={filtered ? "No entry matches" : "Nothing yet"}>
            Sign-ins, changes and refusals are written here.
          </Empty>
        }
      >
        <DataTable label="Audit log" rows={pages.items} columns={COLUMNS} id={idOf} />
      </ListCard>
    </AdminPage>
  );
}

function useVerify() {
  const [busy, setBusy] = useState(false);
  const [said, setSaid] = useState<string | null>(null);
  const [tone, setTone] = useState<"right" | "wrong">("right");
  const run = async () => {
    setBusy(true);
    try {
      const verdict = await get<AuditVerdict>("/api/audit/verify");
      setTone(verdict.ok ? "right" : "wrong");
      setSaid(
        verdict.ok
          ? `The log is whole: ${count(verdict.entries)} entries, each sealed by the next${
            verdict.head ? `; the last seal begins with ${verdict.head.slice(0, 12)}` : ""
          }.`
          : `The log was changed: the chain breaks at entry ${verdict.brokenAt}. What stands from there on cannot be trusted. Keep the data folder as it is, and tell whoever is responsible for security.`,
      );
    } catch (error) {
      setTone("wrong");
      setSaid(`It could not be verified: ${explain(error)}`);
    } finally {
      setBusy(false);
    }
  };
  return { busy, said, tone, run: () => void run() };
}

function Subject({ subject }: { subject: string | null | undefined }) {
  if (!subject) return <>–</>;
  const [kind, id] = subject.split(/:(.*)/);
  if (kind === "order" && id) return <Link to={`/orders/${id}`}>Order</Link>;
  if (kind === "account" && id) return <Link to={`/admin?kind=all&open=${id}`}>Account</Link>;
  if (kind === "alarm" && id) return <Link to={`/alarms/${id}`}>Alarm</Link>;
  return <code className="wrap">{subject}</code>;
}

function plain(detail: unknown): string {
  if (detail === null || detail === undefined) return "";
  if (typeof detail === "string") return detail;
  if (typeof detail !== "object") return String(detail);
  return Object.entries(detail).map(([key, value]) =>
    `${humanise(key)}: ${
      typeof value === "string"
        ? value
        : Array.isArray(value) && value.every((each) => typeof each === "string")
        ? value.join(", ")
        : JSON.stringify(value)
    }`
  ).join(" · ");
}
