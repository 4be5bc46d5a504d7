import { useQuery } from "../api/query";
import type { Customer, OrderStatus } from "../api/types";
import { setQuery, useLocation } from "../shell/router";
import { IconButton } from "../ui/Button";
import { count } from "../ui/format";
import { Icon } from "../ui/Icon";
import { Search } from "../ui/Search";
import { STATUS, STATUSES } from "./status";

interface Props {
  counts: Partial<Record<OrderStatus, number>> | undefined;
  total: number;
}

/** Status chips with counts, text, and dates; all of it lives in the address. */
export function OrderFilters({ counts, total }: Props) {
  const { query } = useLocation();
  const chosen = (query.get("status") ?? "").split(",").filter(Boolean);
  const toggle = (status: OrderStatus) => {
    const next = chosen.includes(status)
      ? chosen.filter((each) => each !== status)
      : [...chosen, status];
    setQuery({ status: next.join(",") });
  };
  return (
    <div className="filters">
      <div className="chips" role="group" aria-label="Status">
        <button
          type="button"
          className="chip"
          aria-pressed={chosen.length === 0}
          onClick={() => setQuery({ status: null })}
        >
          All <span className="num">{counts ? count(total) : ""}</span>
        </button>
        {STATUSES.map((status) => (
          <button
            key={status}
            type="button"
            className={`chip status-${status}`}
            aria-pressed={chosen.includes(status)}
            onClick={() => toggle(status)}
          >
            <Icon name={STATUS[status].icon} size={15} />
            {STATUS[status].label}
            <span className="num">{counts ? count(counts[status] ?? 0) : ""}</span>
          </button>
        ))}
      </div>
      <div className="filter-fields">
        <Search
          id="order-search"
          label="Search orders"
          placeholder="Reference, customer, place"
        />
        <DateFilter name="from" label="Requested from" />
        <DateFilter name="to" label="to" />
        <CustomerFilter />
      </div>
    </div>
  );
}

function DateFilter({ name, label }: { name: string; label: string }) {
  const { query } = useLocation();
  return (
    <label className="inline-field">
      <span>{label}</span>
      <input
        type="date"
        className="input"
        value={query.get(name) ?? ""}
        onChange={(event) => setQuery({ [name]: event.target.value })}
      />
    </label>
  );
}

/** Shown only when one came here from a customer. */
function CustomerFilter() {
  const { query } = useLocation();
  const id = query.get("customerId");
  const customer = useQuery<Customer>(id ? `/api/customers/${encodeURIComponent(id)}` : null).data;
  if (!id) return null;
  return (
    <span className="token">
      <Icon name="customers" size={16} />
      {customer?.name ?? "Customer"}
      <IconButton
        icon="close"
        label="All customers"
        onClick={() => setQuery({ customerId: null })}
      />
    </span>
  );
}
