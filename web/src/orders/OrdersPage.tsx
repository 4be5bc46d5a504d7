import { useEffect, useMemo, useState } from "react";
import { explain, get } from "../api/client";
import { useQuery } from "../api/query";
import type { OrderPage, OrderSummary } from "../api/types";
import { useShortcuts } from "../shell/keys";
import { Link, setQuery, useLocation } from "../shell/router";
import { Button } from "../ui/Button";
import { count } from "../ui/format";
import { Icon } from "../ui/Icon";
import { Page } from "../ui/Page";
import { Empty, Failure, Skeleton } from "../ui/States";
import { toast } from "../ui/Toast";
import { ImportDialog } from "./ImportDialog";
import { OrderFilters } from "./OrderFilters";
import { OrderTable } from "./OrderTable";
import { Legend, moving } from "./status";

const FILTERS = ["status", "q", "customerId", "from", "to"];

/** Every order, filtered by what the address says. */
export function OrdersPage() {
  const { query } = useLocation();
  const wanted = useMemo(() => {
    const parts = new URLSearchParams();
    for (const name of FILTERS) {
      const value = query.get(name);
      if (value) parts.set(name, value);
    }
    return parts.toString().replace(/%2C/g, ",");
  }, [query]);
  const first = `/api/orders?${wanted ? `${wanted}&` : ""}limit=50`;
  const [busy, setBusy] = useState(false);
  const orders = useQuery<OrderPage>(first, busy ? 2000 : 5000);
  const [older, setOlder] = useState<{ of: string; items: OrderSummary[]; next: string | null }>();
  const [loadingMore, setLoadingMore] = useState(false);
  const more = older?.of === first ? older : undefined;

  const items = useMemo(() => {
    const fresh = orders.data?.items ?? [];
    // What is polled may have moved rows into the first page; each is shown once.
    const ids = new Set(fresh.map((each) => each.id));
    return [...fresh, ...(more?.items ?? []).filter((each) => !ids.has(each.id))];
  }, [orders.data, more]);
  const next = more ? more.next : orders.data?.nextCursor ?? null;
  useEffect(() => setBusy(items.some((each) => moving(each.status))), [items]);

  const loadMore = async () => {
    if (!next) return;
    setLoadingMore(true);
    try {
      const page = await get<OrderPage>(`${first}&cursor=${encodeURIComponent(next)}`);
      setOlder({
        of: first,
        items: [...more?.items ?? [], ...page.items],
        next: page.nextCursor ?? null,
      });
    } catch (error) {
      toast(explain(error), "wrong");
    } finally {
      setLoadingMore(false);
    }
  };
  useShortcuts({ "/": () => document.getElementById("order-search")?.focus() });

  const total = Object.values(orders.data?.counts ?? {}).reduce((a, b) => a + (b ?? 0), 0);
  return (
    <Page
      title="Orders"
      actions={
        <>
          <Button icon="upload" onClick={() => setQuery({ import: "1" })}>Import</Button>
          <Link className="button button-primary" to="/orders/new">
            <Icon name="plus" />
            <span>New order</span>
          </Link>
        </>
      }
    >
      <OrderFilters counts={orders.data?.counts} total={total} />
      <div className="card card-flush">
        {orders.loading && <Skeleton lines={10} />}
        {orders.error !== null && <Failure error={orders.error} retry={orders.refresh} />}
        {orders.data && items.length === 0 && (
          wanted
            ? (
              <Empty
                icon="filter"
                title="No order matches"
                action={
                  <Button
                    onClick={() =>
                      setQuery(Object.fromEntries(FILTERS.map((name) => [name, null])))}
                  >
                    Clear the filters
                  </Button>
                }
              >
                Try fewer filters, or another spelling.
              </Empty>
            )
            : (
              <Empty
                icon="orders"
                title="No orders yet"
                action={
                  <Link className="button button-primary" to="/orders/new">Place the first</Link>
                }
              >
                An order is packed, priced and booked within seconds of being placed.
              </Empty>
            )
        )}
        {items.length > 0 && <OrderTable orders={items} />}
      </div>
      <footer className="list-foot">
        {items.length > 0 && (
          <span className="faint">
            {count(items.length)} shown{next ? ", there are more" : ""}
          </span>
        )}
        {next && <Button busy={loadingMore} onClick={loadMore}>Load more</Button>}
        <Legend />
      </footer>
      {query.has("import") && <ImportDialog onClose={() => setQuery({ import: null })} />}
    </Page>
  );
}
