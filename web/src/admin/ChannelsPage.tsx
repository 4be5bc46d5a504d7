import { useState } from "react";
import { SEVERITY, SeverityWord } from "../alarms/severity";
import { call, patch, post } from "../api/client";
import type { ChannelTarget, DeliveryRow, Escalation } from "../api/kernel";
import { invalidate } from "../api/query";
import { usePageActions } from "../shell/actions";
import { setQuery, useLocation } from "../shell/router";
import { useAction } from "../ui/action";
import { Button } from "../ui/Button";
import { type Column, DataTable } from "../ui/DataTable";
import { ago, dateTime, humanise } from "../ui/format";
import { ListCard } from "../ui/ListCard";
import { usePages } from "../ui/pages";
import { ReasonDialog } from "../ui/ReasonDialog";
import { Choice, ChoiceChips } from "../ui/Search";
import { Empty } from "../ui/States";
import { AdminPage } from "./AdminPage";
import { EscalationDialog } from "./EscalationDialog";
import { DeliveryStatus, OnOff } from "./marks";
import { TargetDialog } from "./TargetDialog";
import { KINDS } from "./targetFields";

type Part = "targets" | "escalations" | "deliveries";

/** Where messages go outside, who is told next when nobody answers, and what became of each. */
export function ChannelsPage() {
  const { query } = useLocation();
  const part = (query.get("show") ?? "targets") as Part;
  const make = () => setQuery({ edit: "new" });
  usePageActions(
    part === "deliveries" ? [] : [{
      id: "new",
      label: part === "targets" ? "New target…" : "New escalation…",
      icon: "plus",
      key: "a",
      run: make,
    }],
  );
  return (
    <AdminPage
      title="Channels"
      actions={part !== "deliveries" && (
        <Button kind="primary" icon="plus" onClick={make}>
          {part === "targets" ? "New target" : "New escalation"}
        </Button>
      )}
    >
      <div className="filters">
        <ChoiceChips
          label="Show"
          name="show"
          choices={[["targets", "Targets"], ["escalations", "Escalations"], [
            "deliveries",
            "Deliveries",
          ]]}
        />
      </div>
      {part === "targets" && <Targets />}
      {part === "escalations" && <Escalations />}
      {part === "deliveries" && <Deliveries />}
    </AdminPage>
  );
}

const targetId = (target: ChannelTarget) => target.id;

function Targets() {
  const { query } = useLocation();
  const pages = usePages<ChannelTarget>("/api/channel-targets", targetId);
  const { busy, act } = useAction();
  const [removing, setRemoving] = useState<ChannelTarget | null>(null);
  const edit = query.get("edit");
  const editing = pages.items.find((each) => each.id === edit);
  const path = (target: ChannelTarget) => `/api/channel-targets/${encodeURIComponent(target.id)}`;
  const turn = async (target: ChannelTarget) => {
    await act(() => patch(path(target), { enabled: !target.enabled }));
    invalidate("/api/channel-targets");
  };
  const columns: Column<ChannelTarget>[] = [
    {
      key: "name",
      label: "Target",
      place: "main",
      sort: "name",
      value: (target) => target.name,
      cell: (target) => (
        <button
          type="button"
          className="row-button"
          onClick={() => setQuery({ edit: target.id })}
        >
          <span className="strong">{target.name}</span>
          <span className="faint">{KINDS[target.kind] ?? humanise(target.kind)}</span>
        </button>
      ),
    },
    {
      key: "state",
      label: "State",
      place: "status",
      cell: (target) => <OnOff on={target.enabled} />,
    },
    {
      key: "minimum",
      label: "Told from",
      cell: (target) => <SeverityWord severity={target.minimum} />,
    },
    {
      key: "where",
      label: "Where",
      cell: (target) => (
        <code className="wrap">
          {String(target.url ?? target.routingKey ?? target.to ?? "–")}
        </code>
      ),
    },
    {
      key: "do",
      label: "Do",
      quiet: true,
      place: "more",
      className: "right",
      cell: (target) => (
        <span className="row-buttons">
          <Button
            small
            kind="quiet"
            disabled={busy}
            aria-label={`Test ${target.name}`}
            onClick={() => void act(() => post(`${path(target)}/test`), "A test is on its way")}
          >
            Test
          </Button>
          <Button
            small
            kind="quiet"
            disabled={busy}
            aria-label={`Turn ${target.name} ${target.enabled ? "off" : "on"}`}
            onClick={() => void turn(target)}
          >
            {target.enabled ? "Turn off" : "Turn on"}
          </Button>
          <Button
            small
            kind="quiet"
            aria-label={`Remove ${target.name}`}
            onClick={() => setRemoving(target)}
          >
            Remove…
          </Button>
        </span>
      ),
    },
  ];
  return (
    <>
      <ListCard
        pages={pages}
        one="target"
        empty={
          <Empty icon="send" title="No targets yet">
            Alarms and warnings can also go to Slack, Teams, PagerDuty or a phone.
          </Empty>
        }
      >
        <DataTable label="Targets" rows={pages.items} columns={columns} id={targetId} />
      </ListCard>
      {edit && (edit === "new" || editing) && (
        <TargetDialog
          target={editing ?? null}
          onClose={() => setQuery({ edit: null })}
        />
      )}
      {removing && (
        <ReasonDialog
          title={`Remove ${removing.name}?`}
          confirm="Remove"
          keep="Keep it"
          danger
          reason={null}
          onConfirm={async () => {
            await call(path(removing), { method: "DELETE" });
            invalidate("/api/channel-targets");
            setRemoving(null);
          }}
          onClose={() => setRemoving(null)}
        >
          <p>It is told nothing any more. Escalations that name it go on without it.</p>
        </ReasonDialog>
      )}
    </>
  );
}

const escalationId = (escalation: Escalation) => escalation.id;

function Escalations() {
  const { query } = useLocation();
  const pages = usePages<Escalation>("/api/escalations", escalationId);
  const targets = usePages<ChannelTarget>("/api/channel-targets", targetId);
  const [removing, setRemoving] = useState<Escalation | null>(null);
  const edit = query.get("edit");
  const editing = pages.items.find((each) => each.id === edit);
  const name = ({ kind, id }: Escalation["steps"][number]["targets"][number]) =>
    kind === "target"
      ? targets.items.find((each) => each.id === id)?.name ?? "a target"
      : kind === "role"
      ? `every ${humanise(id).toLowerCase()}`
      : "one person";
  const columns: Column<Escalation>[] = [
    {
      key: "name",
      label: "Escalation",
      place: "main",
      cell: (each) => (
        <button
          type="button"
          className="row-button"
          onClick={() => setQuery({ edit: each.id })}
        >
          <span className="strong">{each.name}</span>
        </button>
      ),
    },
    {
      key: "minimum",
      label: "From",
      place: "status",
      cell: (each) => <SeverityWord severity={each.minimum} />,
    },
    {
      key: "steps",
      label: "Until somebody acknowledges",
      cell: (each) =>
        each.steps.map((step) =>
          `${step.afterMinutes === 0 ? "at once" : `after ${step.afterMinutes} min`}: ${
            step.targets.map(name).join(", ")
          }`
        ).join(" → "),
    },
    {
      key: "do",
      label: "Remove",
      quiet: true,
      place: "more",
      className: "right",
      cell: (each) => (
        <Button
          small
          kind="quiet"
          aria-label={`Remove ${each.name}`}
          onClick={() => setRemoving(each)}
        >
          Remove…
        </Button>
      ),
    },
  ];
  return (
    <>
      <ListCard
        pages={pages}
        one="escalation"
        empty={
          <Empty icon="bell" title="No escalations yet">
            When nobody acknowledges an alarm, the next is told after some minutes, and so on.
          </Empty>
        }
      >
        <DataTable label="Escalations" rows={pages.items} columns={columns} id={escalationId} />
      </ListCard>
      {edit && (edit === "new" || editing) && (
        <EscalationDialog
          escalation={editing ?? null}
          targets={targets.items}
          onClose={() => setQuery({ edit: null })}
        />
      )}
      {removing && (
        <ReasonDialog
          title={`Remove ${removing.name}?`}
          confirm="Remove"
          keep="Keep it"
          danger
          reason={null}
          onConfirm={async () => {
            await call(`/api/escalations/${removing.id}`, { method: "DELETE" });
            invalidate("/api/escalations");
            setRemoving(null);
          }}
          onClose={() => setRemoving(null)}
        >
          <p>
            {SEVERITY[removing.minimum].word}{" "}
            messages that nobody answers are then passed on to nobody by it.
          </p>
        </ReasonDialog>
      )}
    </>
  );
}

const deliveryId = (delivery: DeliveryRow) => delivery.id;

const DELIVERY_COLUMNS: Column<DeliveryRow>[] = [
  {
    key: "subject",
    label: "Message",
    place: "main",
    cell: (each) => (
      <span className="two-lines">
        <span className="strong">{each.subject ?? "–"}</span>
        <span className="faint">
          {[humanise(each.channel), each.address].filter(Boolean).join(" · ")}
        </span>
      </span>
    ),
  },
  {
    key: "status",
    label: "Status",
    place: "status",
    cell: (each) => <DeliveryStatus status={each.status} />,
  },
  {
    key: "severity",
    label: "Severity",
    cell: (each) => <SeverityWord severity={each.severity} />,
  },
  {
    key: "tries",
    label: "Tries",
    right: true,
    cell: (each) => each.attempts,
  },
  {
    key: "error",
    label: "What went wrong",
    cell: (each) =>
      each.lastError
        ? `${each.lastError}${each.nextAttemptAt ? `; again ${ago(each.nextAttemptAt)}` : ""}`
        : "–",
  },
  {
    key: "at",
    label: "When",
    right: true,
    className: "faint",
    cell: (each) => <time dateTime={each.at} title={dateTime(each.at)}>{ago(each.at)}</time>,
  },
];

function Deliveries() {
  const { query } = useLocation();
  const parts = new URLSearchParams({ limit: "50" });
  for (const name of ["channel", "status"]) {
    const value = query.get(name);
    if (value) parts.set(name, value);
  }
  const pages = usePages<DeliveryRow>(`/api/deliveries?${parts}`, deliveryId, 5000);
  return (
    <>
      <div className="filters filter-fields">
        <Choice
          label="Channel"
          name="channel"
          choices={[
            ["", "any"],
            ["email", "e-mail"],
            ["slack", "Slack"],
            ["teams", "Teams"],
            [
              "pagerduty",
              "PagerDuty",
            ],
            ["sms", "SMS"],
            ["push", "push"],
          ]}
        />
        <Choice
          label="Status"
          name="status"
          choices={[["", "any"], ["queued", "waiting"], ["sent", "sent"], ["failed", "failed"], [
            "suppressed",
            "held back",
          ]]}
        />
      </div>
      <ListCard
        pages={pages}
        one="delivery"
        many="deliveries"
        empty={
          <Empty icon="send" title="Nothing was sent">Messages that left are listed here.</Empty>
        }
      >
        <DataTable
          label="Deliveries"
          rows={pages.items}
          columns={DELIVERY_COLUMNS}
          id={deliveryId}
        />
      </ListCard>
    </>
  );
}
