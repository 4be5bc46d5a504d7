import { useState } from "react";
import { post } from "../api/client";
import type { Webhook, WebhookDelivery } from "../api/kernel";
import { invalidate } from "../api/query";
import { usePageActions } from "../shell/actions";
import { useEscape } from "../shell/keys";
import { setQuery, useLocation } from "../shell/router";
import { useAction } from "../ui/action";
import { Button } from "../ui/Button";
import { Ago } from "../ui/Data";
import { type Column, DataTable } from "../ui/DataTable";
import { useEdited } from "../ui/edited";
import { ago, counted } from "../ui/format";
import { Icon } from "../ui/Icon";
import { ListCard } from "../ui/ListCard";
import { Section } from "../ui/Page";
import { usePages } from "../ui/pages";
import { RemoveDialog } from "../ui/RemoveDialog";
import { RowButton, TurnButton } from "../ui/RowButton";
import { Empty } from "../ui/States";
import { AdminPage } from "./AdminPage";
import { OnOff } from "../ui/OnOff";
import { DeliveryStatus } from "./marks";
import { WebhookDialog } from "./WebhookDialog";

const LIST = "/api/webhooks";
const idOf = (hook: Webhook) => hook.id;

/** Addresses that are told of events, each message signed. */
export function WebhooksPage() {
  const { query } = useLocation();
  const pages = usePages<Webhook>(LIST, idOf);
  const { busy, act } = useAction();
  const edited = useEdited(pages.items);
  const [removing, setRemoving] = useState<Webhook | null>(null);
  const open = pages.items.find((each) => each.id === query.get("open"));
  useEscape(() => setQuery({ open: null }), 1, !!open);
  usePageActions([
    { id: "new", label: "New webhook…", icon: "plus", key: "a", run: edited.make },
  ]);
  const test = async (hook: Webhook) => {
    const path = `${LIST}/${encodeURIComponent(hook.id)}`;
    await act(() => post(`${path}/test`), "A test message is on its way");
    setQuery({ open: hook.id });
    setTimeout(() => invalidate(`${path}/deliveries`), 1500);
  };
  const columns: Column<Webhook>[] = [
    {
      key: "name",
      label: "Webhook",
      place: "main",
      sort: "name",
      value: (hook) => hook.name,
      cell: (hook) => (
        <button
          type="button"
          className="row-button"
          aria-expanded={hook === open}
          onClick={() => setQuery({ open: hook === open ? null : hook.id })}
        >
          <span className="strong">{hook.name}</span>
          <span className="faint wrap">{hook.url}</span>
        </button>
      ),
    },
    {
      key: "state",
      label: "State",
      place: "status",
      cell: (hook) => (
        <>
          <OnOff on={hook.enabled} />
          {(hook.disabledReason || hook.failingSince) && (
            <span className="reason">
              {hook.disabledReason ?? `fails since ${ago(hook.failingSince ?? "")}`}
            </span>
          )}
        </>
      ),
    },
    {
      key: "events",
      label: "Told of",
      cell: (hook) => <code className="wrap">{hook.events.join(" ")}</code>,
    },
    {
      key: "do",
      label: "Do",
      quiet: true,
      place: "more",
      className: "right",
      cell: (hook) => (
        <span className="row-buttons">
          <RowButton does="Test" of={hook.name} disabled={busy} onPress={() => test(hook)} />
          <RowButton does="Change" of={hook.name} onPress={() => edited.open(hook.id)} />
          <TurnButton row={hook} list={LIST} />
          <RowButton does="Remove…" of={hook.name} onPress={() => setRemoving(hook)} />
        </span>
      ),
    },
  ];
  return (
    <AdminPage
      title="Webhooks"
      lead="Addresses that are told of events; each message is signed"
      actions={<Button kind="primary" icon="plus" onClick={edited.make}>New webhook</Button>}
    >
      <ListCard
        pages={pages}
        one="webhook"
        empty={
          <Empty
            icon="hook"
            title="No webhooks yet"
            action={<Button kind="primary" onClick={edited.make}>Make the first</Button>}
          >
            Another system can be told of orders, alarms and everything else that happens.
          </Empty>
        }
      >
        <DataTable label="Webhooks" rows={pages.items} columns={columns} id={idOf} />
      </ListCard>
      {open && <Deliveries hook={open} />}
      {edited.row !== undefined && <WebhookDialog hook={edited.row} onClose={edited.close} />}
      {removing && (
        <RemoveDialog row={removing} list={LIST} onClose={() => setRemoving(null)}>
          {removing.url} is told nothing any more, and what is queued for it is dropped.
        </RemoveDialog>
      )}
    </AdminPage>
  );
}

const deliveryId = (delivery: WebhookDelivery) => delivery.id;

function Deliveries({ hook }: { hook: Webhook }) {
  const path = `/api/webhooks/${encodeURIComponent(hook.id)}/deliveries`;
  const pages = usePages<WebhookDelivery>(path, deliveryId, 4000);
  const { busy, act } = useAction();
  const again = async (delivery: WebhookDelivery) => {
    await act(() => post(`${path}/${delivery.id}/redeliver`), "It is sent again");
    invalidate(path);
  };
  const columns: Column<WebhookDelivery>[] = [
    { key: "type", label: "Event", place: "main", cell: (each) => <code>{each.type}</code> },
    {
      key: "status",
      label: "Status",
      place: "status",
      cell: (each) => <DeliveryStatus status={each.status} />,
    },
    {
      key: "answer",
      label: "Answer",
      cell: (each) => [each.responseStatus, each.lastError].filter(Boolean).join(" · ") || "–",
    },
    {
      key: "attempts",
      label: "Tries",
      right: true,
      cell: (each) => each.attempts,
    },
    {
      key: "at",
      label: "When",
      right: true,
      className: "faint",
      cell: (each) => <Ago at={each.at} />,
    },
    {
      key: "do",
      label: "Send again",
      quiet: true,
      place: "more",
      className: "right",
      cell: (each) => (
        <Button
          small
          kind="quiet"
          disabled={busy}
          aria-label={`Send ${each.type} again`}
          onClick={() => void again(each)}
        >
          Send again
        </Button>
      ),
    },
  ];
  const failed = pages.items.filter((each) => each.status === "failed").length;
  return (
    <Section
      title={`Sent to ${hook.name}`}
      className="card-bare"
      aside={failed > 0 && (
        <span className="wrong with-icon">
          <Icon name="alarm" size={15} />
          {counted(failed, "failure")}
        </span>
      )}
    >
      <ListCard
        pages={pages}
        one="message"
        empty={<Empty icon="send" title="Nothing was sent yet">Press Test to try it.</Empty>}
      >
        <DataTable
          label={`Sent to ${hook.name}`}
          rows={pages.items}
          columns={columns}
          id={deliveryId}
        />
      </ListCard>
    </Section>
  );
}
