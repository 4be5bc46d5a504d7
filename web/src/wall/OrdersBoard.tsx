import { useQuery } from "../api/query";
import type { OrderPage } from "../api/types";
import { STATUS, Status, STATUSES } from "../orders/status";
import { ago, count, date, place } from "../ui/format";
import { Icon } from "../ui/Icon";

const ORDERS = ["orders"];

/** How many orders stand where, and what changed last. */
export function OrdersBoard({ now }: { now: number }) {
  const orders = useQuery<OrderPage>("/api/orders?limit=50", 4000, ORDERS);
  const counts = orders.data?.counts ?? {};
  const latest = [...orders.data?.items ?? []]
    .sort((a, b) => b.updatedAt.localeCompare(a.updatedAt)).slice(0, 8);
  if (!orders.data) {
    return (
      <p className="wall-none">
        {orders.error !== null ? "The orders could not be loaded." : "One moment…"}
      </p>
    );
  }
  return (
    <>
      <ul className="wall-counts">
        {STATUSES.map((status) => (
          <li key={status} className={`wall-count status-${status}`}>
            <span className="with-icon">
              <Icon name={STATUS[status].icon} size={26} />
              {STATUS[status].label}
            </span>
            <strong className="num">{count(counts[status] ?? 0)}</strong>
          </li>
        ))}
      </ul>
      <table className="wall-table">
        <caption className="sr-only">Changed last</caption>
        <thead>
          <tr>
            <th scope="col">Order</th>
            <th scope="col">Customer</th>
            <th scope="col">Status</th>
            <th scope="col">To</th>
            <th scope="col">For</th>
            <th scope="col" className="right">Changed</th>
          </tr>
        </thead>
        <tbody>
          {latest.map((order) => (
            <tr key={order.id}>
              <td className="num strong">{order.reference}</td>
              <td className="clip">{order.customer.name}</td>
              <td>
                <Status status={order.status} />
              </td>
              <td className="clip">{place(order.destination)}</td>
              <td className="num">{date(order.requestedDate)}</td>
              <td className="num right">{ago(order.updatedAt, now)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  );
}
