import { useEffect, useState } from "react";
import { useQuery } from "../api/query";
import { explain, get } from "../api/client";
import type { Customer, Page as ListOf } from "../api/types";
import { Postal } from "../orders/OrderFacts";
import { Link, setQuery, useLocation } from "../shell/router";
import { Button } from "../ui/Button";
import { Icon } from "../ui/Icon";
import { Page } from "../ui/Page";
import { useRowKeys } from "../ui/rows";
import { Empty, Failure, Skeleton } from "../ui/States";
import { toast } from "../ui/Toast";

/** Whom the operation carries for. */
export function CustomersPage() {
  const { query } = useLocation();
  const given = query.get("q") ?? "";
  const [text, setText] = useState(given);
  const first = `/api/customers?q=${encodeURIComponent(given)}`;
  const customers = useQuery<ListOf<Customer>>(first);
  const [older, setOlder] = useState<{ of: string; items: Customer[]; next: string | null }>();
  const more = older?.of === first ? older : undefined;
  const keys = useRowKeys();
  useEffect(() => setText(given), [given]);
  useEffect(() => {
    if (text.trim() === given) return;
    const timer = setTimeout(() => setQuery({ q: text.trim() }), 250);
    return () => clearTimeout(timer);
  }, [text, given]);
  const items = [...customers.data?.items ?? [], ...more?.items ?? []];
  const next = more ? more.next : customers.data?.nextCursor ?? null;
  const loadMore = async () => {
    try {
      const page = await get<ListOf<Customer>>(`${first}&cursor=${encodeURIComponent(next ?? "")}`);
      const loaded = [...more?.items ?? [], ...page.items];
      setOlder({ of: first, items: loaded, next: page.nextCursor ?? null });
    } catch (error) {
      toast(explain(error), "wrong");
    }
  };
  return (
    <Page title="Customers">
      <div className="filters filter-fields">
        <div className="search">
          <Icon name="search" size={16} />
          <input
            type="search"
            className="input"
            aria-label="Search customers"
            placeholder="Name"
            value={text}
            onChange={(event) => setText(event.target.value)}
          />
        </div>
      </div>
      <div className="card card-flush">
        {customers.loading && <Skeleton lines={8} />}
        {customers.error !== null && <Failure error={customers.error} retry={customers.refresh} />}
        {customers.data && items.length === 0 && (
          <Empty icon="customers" title={given ? "No customer matches" : "No customers yet"} />
        )}
        {items.length > 0 && (
          <div className="scroll-x">
            <table className="table table-plain" onKeyDown={keys}>
              <thead>
                <tr>
                  <th scope="col">Customer</th>
                  <th scope="col">E-mail</th>
                  <th scope="col">Phone</th>
                  <th scope="col">Address</th>
                  <th scope="col">
                    <span className="sr-only">Orders</span>
                  </th>
                </tr>
              </thead>
              <tbody>
                {items.map((each) => (
                  <tr key={each.id} data-row="">
                    <td className="cell-main strong">{each.name}</td>
                    <td data-label="E-mail">
                      {each.email ? <a href={`mailto:${each.email}`}>{each.email}</a> : "–"}
                    </td>
                    <td data-label="Phone" className="num nowrap">{each.phone || "–"}</td>
                    <td data-label="Address">
                      {each.address ? <Postal address={{ ...each.address, name: "" }} /> : "–"}
                    </td>
                    <td className="cell-more right nowrap">
                      <Link to={`/orders?customerId=${encodeURIComponent(each.id)}`}>Orders</Link>
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        )}
      </div>
      {next && (
        <footer className="list-foot">
          <Button onClick={loadMore}>Load more</Button>
        </footer>
      )}
    </Page>
  );
}
