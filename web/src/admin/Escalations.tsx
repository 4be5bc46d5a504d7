import { useState } from "react";
import { SEVERITY, SeverityWord } from "../alarms/severity";
import { call } from "../api/client";
import type { ChannelTarget, Escalation } from "../api/kernel";
import { invalidate } from "../api/query";
import { setQuery, useLocation } from "../shell/router";
import { Button } from "../ui/Button";
import { type Column, DataTable } from "../ui/DataTable";
import { humanise } from "../ui/format";
import { ListCard } from "../ui/ListCard";
import { usePages } from "../ui/pages";
import { ReasonDialog } from "../ui/ReasonDialog";
import { Empty } from "../ui/States";
import { EscalationDialog } from "./EscalationDialog";

const targetId = (target: ChannelTarget) => target.id;
const escalationId = (escalation: Escalation) => escalation.id;

/** Who is told next, while nobody acknowledges. */
export function Escalations() {
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
