import type { IconName } from "../ui/Icon";

export interface Destination {
  path: string;
  label: string;
  icon: IconName;
  /** Pressed after `g`. */
  key: string;
  group: "Work" | "Watch" | "Manage";
  /** The entry of the navigation that it is a part of. */
  part?: string;
  /** Only administrators have it. */
  admin?: boolean;
  /** Only administrators and managers have it. */
  rulers?: boolean;
}

const EVERY: Destination[] = [
  { path: "/inbox", label: "Inbox", icon: "inbox", key: "i", group: "Work" },
  { path: "/orders", label: "Orders", icon: "orders", key: "o", group: "Work" },
  { path: "/vehicles", label: "Vehicles", icon: "vehicles", key: "v", group: "Work" },
  {
    path: "/vehicles/calendar",
    label: "Vehicle calendar",
    icon: "calendarCheck",
    key: "f",
    group: "Work",
  },
  { path: "/vehicles/apart", label: "Goods kept apart", icon: "columns", key: "5", group: "Work" },
  { path: "/trips", label: "Shared trips", icon: "pin", key: "4", group: "Work" },
  { path: "/load", label: "Loading", icon: "depot", key: "b", group: "Work" },
  { path: "/customers", label: "Customers", icon: "customers", key: "c", group: "Work" },
  { path: "/intents", label: "Intents", icon: "target", key: "g", group: "Watch" },
  { path: "/intents/graph", label: "Intent graph", icon: "flow", key: "3", group: "Watch" },
  { path: "/alarms", label: "Alarms", icon: "bell", key: "l", group: "Watch" },
  { path: "/runs", label: "Runs", icon: "runs", key: "r", group: "Watch" },
  { path: "/runs/workflows", label: "Workflows", icon: "flow", key: "j", group: "Watch" },
  { path: "/runs/schedules", label: "Schedules", icon: "calendarCheck", key: "s", group: "Watch" },
  { path: "/events", label: "Events", icon: "bolt", key: "h", group: "Watch", rulers: true },
  {
    path: "/events/rules",
    label: "Event rules",
    icon: "filter",
    key: "x",
    group: "Watch",
    rulers: true,
  },
  {
    path: "/events/dead-letters",
    label: "Dead letters",
    icon: "trash",
    key: "q",
    group: "Watch",
    rulers: true,
  },
  { path: "/agents", label: "Agents", icon: "agents", key: "a", group: "Watch" },
  { path: "/decisions", label: "Decisions", icon: "flag", key: "z", group: "Watch" },
  { path: "/observe", label: "Observe", icon: "chart", key: "d", group: "Watch" },
  { path: "/observe/traces", label: "Traces", icon: "trace", key: "t", group: "Watch" },
  { path: "/observe/map", label: "Service map", icon: "map", key: "m", group: "Watch" },
  { path: "/observe/logs", label: "Logs", icon: "log", key: "e", group: "Watch" },
  { path: "/alarms/rules", label: "Alarm rules", icon: "gear", key: "u", group: "Watch" },
  { path: "/admin", label: "Admin", icon: "shield", key: "p", group: "Manage", admin: true },
  { path: "/admin/keys", label: "API keys", icon: "key", key: "k", group: "Manage", admin: true },
  { path: "/admin/audit", label: "Audit", icon: "log", key: "y", group: "Manage", admin: true },
  {
    path: "/admin/webhooks",
    label: "Webhooks",
    icon: "hook",
    key: "w",
    group: "Manage",
    admin: true,
  },
  {
    path: "/admin/channels",
    label: "Channels",
    icon: "send",
    key: "n",
    group: "Manage",
    admin: true,
  },
  {
    path: "/admin/models",
    label: "Models",
    icon: "agents",
    key: "1",
    group: "Manage",
    admin: true,
  },
  {
    path: "/admin/mcp-servers",
    label: "MCP servers",
    icon: "link",
    key: "2",
    group: "Manage",
    admin: true,
  },
];

const PARTS = /^\/(observe|admin|alarms|vehicles|runs|events|intents)\/./;

/** Where this person can go; parts of a page are reached by key and palette. */
export function destinations(roles: readonly string[]): Destination[] {
  const admin = roles.includes("admin");
  const ruler = admin || roles.includes("manager");
  return EVERY.filter((each) => (admin || !each.admin) && (ruler || !each.rulers)).map((each) =>
    PARTS.test(each.path)
      ? { ...each, part: each.path.replace(/^(\/[^/]+).*/, "$1") }
      : each.path === "/decisions"
      ? { ...each, part: "/agents" }
      : each
  );
}
