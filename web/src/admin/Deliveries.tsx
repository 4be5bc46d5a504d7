import { SeverityWord } from "../alarms/severity";
import type { DeliveryRow } from "../api/kernel";
import { useLocation } from "../shell/router";
import { Ago } from "../ui/Data";
import { type Column, DataTable } from "../ui/DataTable";
import { ago, humanise } from "../ui/format";
import { ListCard } from "../ui/ListCard";
import { usePages } from "../ui/pages";
import { Choice } from "../ui/Search";
import { Empty } from "../ui/States";
import { DeliveryStatus } from "./marks";

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
    cell: (each) => <Ago at={each.at} />,
  },
];

/** What became of each message that left. */
export function Deliveries() {
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
