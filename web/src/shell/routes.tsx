import { lazy, type ReactNode, Suspense } from "react";
import { AgentsPage } from "../agents/AgentsPage";
import { CustomersPage } from "../customers/CustomersPage";
import { VehiclesPage } from "../fleet/VehiclesPage";
import { InboxPage } from "../inbox/InboxPage";
import { NewOrderPage } from "../orders/NewOrderPage";
import { OrderPage } from "../orders/OrderPage";
import { OrdersPage } from "../orders/OrdersPage";
import { RunsPage } from "../runs/RunsPage";
import type { IconName } from "../ui/Icon";
import { Skeleton } from "../ui/States";
import { NotFound } from "./NotFound";

const LoadsPage = lazy(async () => ({ default: (await import("../loader/LoadsPage")).LoadsPage }));
const LoaderPage = lazy(async () => ({
  default: (await import("../loader/LoaderPage")).LoaderPage,
}));
const CalendarPage = lazy(async () => ({
  default: (await import("../fleet/CalendarPage")).CalendarPage,
}));
const VehiclePage = lazy(async () => ({
  default: (await import("../fleet/VehiclePage")).VehiclePage,
}));
const RunPage = lazy(async () => ({ default: (await import("../runs/RunPage")).RunPage }));

/** A screen that is fetched when it is first gone to. */
const later = (screen: ReactNode) => <Suspense fallback={<Skeleton lines={8} />}>{screen}
</Suspense>;

export interface Destination {
  path: string;
  label: string;
  icon: IconName;
  /** Pressed after `g`. */
  key: string;
}

export const DESTINATIONS: Destination[] = [
  { path: "/inbox", label: "Inbox", icon: "inbox", key: "i" },
  { path: "/orders", label: "Orders", icon: "orders", key: "o" },
  { path: "/vehicles", label: "Vehicles", icon: "vehicles", key: "v" },
  { path: "/customers", label: "Customers", icon: "customers", key: "c" },
  { path: "/agents", label: "Agents", icon: "agents", key: "a" },
  { path: "/runs", label: "Runs", icon: "runs", key: "r" },
];

const SCREENS: [RegExp, (id: string) => ReactNode][] = [
  [/^\/(?:orders)?$/, () => <OrdersPage />],
  [/^\/orders\/new$/, () => <NewOrderPage />],
  [/^\/orders\/([^/]+)$/, (id) => <OrderPage id={id} />],
  [/^\/inbox$/, () => <InboxPage />],
  [/^\/vehicles$/, () => <VehiclesPage />],
  [/^\/vehicles\/calendar$/, () => later(<CalendarPage />)],
  [/^\/vehicles\/([^/]+)$/, (id) => later(<VehiclePage id={id} />)],
  [/^\/customers$/, () => <CustomersPage />],
  [/^\/agents$/, () => <AgentsPage />],
  [/^\/load$/, () => later(<LoadsPage />)],
  [/^\/load\/([^/]+)$/, (id) => later(<LoaderPage id={id} />)],
  [/^\/runs$/, () => <RunsPage />],
  [/^\/runs\/([^/]+)$/, (id) => later(<RunPage id={id} />)],
];

/** The screen of a path below the base. */
export function screen(path: string): ReactNode {
  for (const [pattern, make] of SCREENS) {
    const match = pattern.exec(path);
    if (match) return make(decoded(match[1] ?? ""));
  }
  return <NotFound />;
}

/** A path typed by hand may hold a bad escape; then it simply names nothing. */
function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
