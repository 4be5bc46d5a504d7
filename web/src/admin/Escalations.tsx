import { useState } from "react";
import { SEVERITY, SeverityWord } from "../alarms/severity";
import type { ChannelTarget, Escalation } from "../api/kernel";
import { type Column, DataTable } from "../ui/DataTable";
import { useEdited } from "../ui/edited";
import { humanise } from "../ui/format";
import { ListCard } from "../ui/ListCard";
import { usePages } from "../ui/pages";
import { RemoveDialog } from "../ui/RemoveDialog";
import { RowButton, RowOpener } from "../ui/RowButton";
import { Empty } from "../ui/States";
import { EscalationDialog } from "./EscalationDialog";

const LIST = "/api/escalations";
const targetId = (target: ChannelTarget) => target.id;
const escalationId = (escalation: Escalation) => escalation.id;

/** Who is told next, while nobody acknowledges. */
export function Escalations() {
  const pages = usePages<Escalation>(LIST, escalationId);
  const targets = usePages<ChannelTarget>("/api/channel-targets", targetId);
  const edited = useEdited(pages.items);
  const [removing, setRemoving] = useState<Escalation | null>(null);
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
      cell: (each) => <RowOpener onClick={() => edited.open(each.id)} title={each.name} />,
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
      cell: (each) => <RowButton does="Remove…" of={each.name} onPress={() => setRemoving(each)} />,
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
      {edited.row !== undefined && (
        <EscalationDialog
          escalation={edited.row}
          targets={targets.items}
          onClose={edited.close}
        />
      )}
      {removing && (
        <RemoveDialog row={removing} list={LIST} onClose={() => setRemoving(null)}>
          {SEVERITY[removing.minimum].word}{" "}
          messages that nobody answers are then passed on to nobody by it.
        </RemoveDialog>
      )}
    </>
  );
}
