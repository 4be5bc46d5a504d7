import type { OrderSummary } from "../api/types";
import { Ago } from "../ui/Data";
import { type Column, DataTable } from "../ui/DataTable";
import { count, cubic, date, kg, money, place } from "../ui/format";
import type { Selection } from "../ui/selection";
import { useHiddenColumns } from "../ui/ColumnMenu";
import { Status } from "./status";

const Blank = () => <span className="faint" aria-label="none">–</span>;

/** Sorted by the server, under the names that its list knows. */
const COLUMNS: Column<OrderSummary>[] = [
  {
    key: "order",
    label: "Order",
    place: "main",
    sort: "reference",
    cell: (order) => (
      <>
        <span className="num strong">{order.reference}</span>
        <span className="clip">{order.customer.name}</span>
      </>
    ),
  },
  {
    key: "status",
    label: "Status",
    place: "status",
    sort: "status",
    cell: (order) => (
      <>
        <Status status={order.status} />
        {order.statusReason && (order.status === "failed" || order.status === "cancelled") && (
          <span className="reason clip" title={order.statusReason}>{order.statusReason}</span>
        )}
      </>
    ),
  },
  { key: "to", label: "To", cell: (order) => place(order.destination) },
  {
    key: "requested",
    label: "Requested",
    className: "num",
    sort: "requestedDate",
    cell: (order) => date(order.requestedDate),
  },
  { key: "pieces", label: "Pieces", right: true, cell: (order) => count(order.itemCount) },
  { key: "weight", label: "Weight", right: true, cell: (order) => kg(order.totalWeightGrams) },
  { key: "volume", label: "Volume", right: true, cell: (order) => cubic(order.totalVolumeMm3) },
  {
    key: "vehicle",
    label: "Vehicle",
    className: "clip",
    cell: (order) => order.vehicle || <Blank />,
  },
  {
    key: "price",
    label: "Price",
    right: true,
    cell: (order) => order.price ? money(order.price) : <Blank />,
  },
  {
    key: "changed",
    label: "Changed",
    right: true,
    className: "faint",
    cell: (order) => <Ago at={order.updatedAt} />,
  },
  {
    key: "created",
    label: "Placed",
    right: true,
    className: "faint",
    sort: "createdAt",
    cell: (order) => <Ago at={order.createdAt} />,
  },
];

/** What one can do without: all but which order it is and where it stands. */
export const OPTIONAL_COLUMNS = COLUMNS.slice(2).map(({ key, label }) => ({ key, label }));

/** Left out until it is asked for, as the newest come first anyway. */
export const USUALLY_HIDDEN = "created";

interface Props {
  orders: OrderSummary[];
  selection: Selection;
}

export function OrderTable({ orders, selection }: Props) {
  const hidden = useHiddenColumns(USUALLY_HIDDEN);
  return (
    <DataTable
      label="Orders"
      className="order-table"
      rows={orders}
      columns={COLUMNS.filter((each) => !hidden.has(each.key))}
      id={(order) => order.id}
      name={(order) => order.reference}
      to={(order) => `/orders/${order.id}`}
      selection={selection}
      sorted
    />
  );
}
