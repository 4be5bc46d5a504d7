import { useState } from "react";
import { SeverityWord } from "../alarms/severity";
import { call, patch, post } from "../api/client";
import type { ChannelTarget } from "../api/kernel";
import { invalidate } from "../api/query";
import { setQuery, useLocation } from "../shell/router";
import { useAction } from "../ui/action";
import { Button } from "../ui/Button";
import { type Column, DataTable } from "../ui/DataTable";
import { humanise } from "../ui/format";
import { ListCard } from "../ui/ListCard";
import { usePages } from "../ui/pages";
import { ReasonDialog } from "../ui/ReasonDialog";
import { Empty } from "../ui/States";
import { OnOff } from "./marks";
import { TargetDialog } from "./TargetDialog";
import { KINDS } from "./targetFields";

const targetId = (target: ChannelTarget) => target.id;

/** Slack and Teams channels, PagerDuty services, gateways for SMS. */
export function Targets() {
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
