import { lazy, Suspense, useEffect, useMemo, useState } from "react";
import type { OrderPage, OrderSummary } from "../api/types";
import { usePageActions } from "../shell/actions";
import { Link, navigate, setQuery, useLocation } from "../shell/router";
import { Button } from "../ui/Button";
import { ColumnMenu } from "../ui/ColumnMenu";
import { Icon } from "../ui/Icon";
import { ListCard } from "../ui/ListCard";
import { Page } from "../ui/Page";
import { usePages } from "../ui/pages";
import { SavedViews } from "../ui/SavedViews";
import { selectInFocus, useSelection } from "../ui/selection";
import { Empty } from "../ui/States";
import { BulkBar } from "./BulkBar";
import { OrderFilters } from "./OrderFilters";
import { OPTIONAL_COLUMNS, OrderTable, USUALLY_HIDDEN } from "./OrderTable";
import { Legend, moving } from "./status";

const ImportDialog = lazy(() =>
  import("./ImportDialog").then((module) => ({ default: module.ImportDialog }))
);

const FILTERS = ["status", "q", "customerId", "from", "to"];
const TOPICS = ["orders"];
const idOf = (order: OrderSummary) => order.id;

/** Every order, filtered and sorted by what the address says. */
export function OrdersPage() {
  const { query } = useLocation();
  const [wanted, filtered] = useMemo(() => {
    const parts = new URLSearchParams();
    for (const name of [...FILTERS, "sort"]) {
      const value = query.get(name);
      if (value) parts.set(name, value);
    }
    const text = parts.toString().replace(/%2C/g, ",");
    return [text, FILTERS.some((name) => parts.has(name))];
  }, [query]);
  const [busy, setBusy] = useState(false);
  const pages = usePages<OrderSummary, OrderPage>(
    `/api/orders?${wanted ? `${wanted}&` : ""}limit=50`,
    idOf,
    busy ? 2000 : 5000,
    TOPICS,
  );
  const { items, first } = pages;
  const ids = useMemo(() => items.map(idOf), [items]);
  const selection = useSelection(ids);
  useEffect(() => setBusy(items.some((each) => moving(each.status))), [items]);
  const clear = () => setQuery(Object.fromEntries(FILTERS.map((name) => [name, null])));
  usePageActions([
    {
      id: "search",
      label: "Search the orders",
      icon: "search",
      key: "/",
      run: () => document.getElementById("order-search")?.focus(),
    },
    selectInFocus("order"),
    {
      id: "all",
      label: "Select all orders shown",
      icon: "check",
      run: () => selection.setAll(ids, true),
    },
    {
      id: "failed",
      label: "Show only failed orders",
      icon: "alarm",
      run: () => setQuery({ status: "failed" }),
    },
    ...(filtered
      ? [{ id: "clear", label: "Clear the filters", icon: "filter" as const, run: clear }]
      : []),
  ]);
  const counts = first.data?.counts;
  const total = Object.values(counts ?? {}).reduce((a, b) => a + (b ?? 0), 0);
  return (
    <Page
      title="Orders"
      actions={
        <>
          <SavedViews page="orders" path="/orders" />
          <ColumnMenu columns={OPTIONAL_COLUMNS} usual={USUALLY_HIDDEN} />
          <Button icon="upload" onClick={() => setQuery({ import: "1" })}>Import</Button>
          <Link className="button button-primary" to="/orders/new">
            <Icon name="plus" />
            <span>New order</span>
          </Link>
        </>
      }
    >
      <OrderFilters counts={counts} total={total} />
      <BulkBar orders={items} selection={selection} />
      <ListCard
        pages={pages}
        one="order"
        foot={<Legend />}
        empty={filtered
          ? (
            <Empty
              icon="filter"
              title="No order matches"
              action={<Button onClick={clear}>Clear the filters</Button>}
            >
              Try fewer filters, or another spelling.
            </Empty>
          )
          : (
            <Empty
              icon="orders"
              title="No orders yet"
              action={
                <Button kind="primary" onClick={() => navigate("/orders/new")}>
                  Place the first
                </Button>
              }
            >
              An order is packed, priced and booked within seconds of being placed.
            </Empty>
          )}
      >
        <OrderTable orders={items} selection={selection} />
      </ListCard>
      {query.has("import") && (
        <Suspense fallback={null}>
          <ImportDialog onClose={() => setQuery({ import: null })} />
        </Suspense>
      )}
    </Page>
  );
}
