import { useState } from "react";
import { SeverityWord } from "../alarms/severity";
import { post } from "../api/client";
import type { ChannelTarget } from "../api/kernel";
import { useAction } from "../ui/action";
import { type Column, DataTable } from "../ui/DataTable";
import { useEdited } from "../ui/edited";
import { humanise } from "../ui/format";
import { ListCard } from "../ui/ListCard";
import { usePages } from "../ui/pages";
import { RemoveDialog } from "../ui/RemoveDialog";
import { RowButton, TurnButton } from "../ui/RowButton";
import { Empty } from "../ui/States";
import { OnOff } from "../ui/OnOff";
import { TargetDialog } from "./TargetDialog";
import { KINDS } from "./targetFields";

const LIST = "/api/channel-targets";
const targetId = (target: ChannelTarget) => target.id;

/** Slack and Teams channels, PagerDuty services, gateways for SMS. */
export function Targets() {
  const pages = usePages<ChannelTarget>(LIST, targetId);
  const { busy, act } = useAction();
  const edited = useEdited(pages.items);
  const [removing, setRemoving] = useState<ChannelTarget | null>(null);
  const test = (target: ChannelTarget) =>
    act(() => post(`${LIST}/${encodeURIComponent(target.id)}/test`), "A test is on its way");
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
          onClick={() => edited.open(target.id)}
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
          <RowButton does="Test" of={target.name} disabled={busy} onPress={() => test(target)} />
          <TurnButton row={target} list={LIST} />
          <RowButton does="Remove…" of={target.name} onPress={() => setRemoving(target)} />
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
      {edited.row !== undefined && <TargetDialog target={edited.row} onClose={edited.close} />}
      {removing && (
        <RemoveDialog row={removing} list={LIST} onClose={() => setRemoving(null)}>
          It is told nothing any more. Escalations that name it go on without it.
        </RemoveDialog>
      )}
    </>
  );
}
