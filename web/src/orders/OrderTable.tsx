import type { MouseEvent } from "react";
import type { OrderSummary } from "../api/types";
import { Link, navigate } from "../shell/router";
import { ago, count, cubic, date, dateTime, kg, money, place } from "../ui/format";
import { useRowKeys } from "../ui/rows";
import { Status } from "./status";

/** A table on wide screens, cards on the phone; arrows move over the rows. */
export function OrderTable({ orders }: { orders: OrderSummary[] }) {
  const keys = useRowKeys();
  return (
    <div className="scroll-x">
      <table className="table order-table" onKeyDown={keys}>
        <thead>
          <tr>
            <th scope="col">Order</th>
            <th scope="col">Status</th>
            <th scope="col">To</th>
            <th scope="col">Requested</th>
            <th scope="col" className="right">Pieces</th>
            <th scope="col" className="right">Weight</th>
            <th scope="col" className="right">Volume</th>
            <th scope="col">Vehicle</th>
            <th scope="col" className="right">Price</th>
            <th scope="col" className="right">Changed</th>
          </tr>
        </thead>
        <tbody>
          {orders.map((order) => <Row key={order.id} order={order} />)}
        </tbody>
      </table>
    </div>
  );
}

function Row({ order }: { order: OrderSummary }) {
  const to = `/orders/${order.id}`;
  const press = (event: MouseEvent) => {
    if ((event.target as HTMLElement).closest("a") || getSelection()?.toString()) return;
    navigate(to);
  };
  return (
    <tr data-row="" onClick={press}>
      <td className="cell-main">
        <Link to={to} className="row-link">
          <span className="num strong">{order.reference}</span>
          <span className="clip">{order.customer.name}</span>
        </Link>
      </td>
      <td className="cell-status">
        <Status status={order.status} />
        {order.statusReason && (order.status === "failed" || order.status === "cancelled") && (
          <span className="reason clip" title={order.statusReason}>{order.statusReason}</span>
        )}
      </td>
      <td data-label="To">{place(order.destination)}</td>
      <td data-label="Requested" className="num">{date(order.requestedDate)}</td>
      <td data-label="Pieces" className="num right">{count(order.itemCount)}</td>
      <td data-label="Weight" className="num right">{kg(order.totalWeightGrams)}</td>
      <td data-label="Volume" className="num right">{cubic(order.totalVolumeMm3)}</td>
      <td data-label="Vehicle" className="clip">{order.vehicle || <Blank />}</td>
      <td data-label="Price" className="num right">
        {order.price ? money(order.price) : <Blank />}
      </td>
      <td data-label="Changed" className="num right faint" title={dateTime(order.updatedAt)}>
        {ago(order.updatedAt)}
      </td>
    </tr>
  );
}

const Blank = () => <span className="faint" aria-label="none">–</span>;
