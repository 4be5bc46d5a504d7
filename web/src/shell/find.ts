import { get } from "../api/client";
import type { Intent } from "../intents/api";
import type { Customer, OrderPage, Page, RunSummary, Vehicle } from "../api/types";
import { date, dateTime, humanise, place } from "../ui/format";
import type { IconName } from "../ui/Icon";
import { STATUS } from "../orders/status";

export interface Found {
  kind: "Orders" | "Customers" | "Vehicles" | "Workflows" | "Runs" | "Intents";
  path: string;
  icon: IconName;
  label: string;
  note?: string;
}

/** Finds by text in all that has a page of its own; what fails to answer is left out. */
export async function find(words: string, signal: AbortSignal): Promise<Found[]> {
  const q = encodeURIComponent(words);
  const parts = await Promise.all([
    orders(q, signal),
    customers(q, signal),
    vehicles(words, signal),
    workflows(words, signal),
    runs(words, signal),
    intents(words, signal),
  ].map((each) => each.catch(() => [])));
  return parts.flat();
}

async function orders(q: string, signal: AbortSignal): Promise<Found[]> {
  const page = await get<OrderPage>(`/api/orders?limit=6&q=${q}`, signal);
  return page.items.map((each) => ({
    kind: "Orders",
    path: `/orders/${each.id}`,
    icon: STATUS[each.status]?.icon ?? "orders",
    label: `${each.reference} · ${each.customer.name}`,
    note: `${STATUS[each.status]?.label ?? each.status} · ${place(each.destination)} · ${
      date(each.requestedDate)
    }`,
  }));
}

async function customers(q: string, signal: AbortSignal): Promise<Found[]> {
  const page = await get<Page<Customer>>(`/api/customers?q=${q}`, signal);
  return page.items.slice(0, 4).map((each) => ({
    kind: "Customers",
    path: `/orders?customerId=${encodeURIComponent(each.id)}`,
    icon: "customers",
    label: each.name,
    note: each.address ? place(each.address) : each.email,
  }));
}

async function vehicles(words: string, signal: AbortSignal): Promise<Found[]> {
  const page = await get<Page<Vehicle>>("/api/vehicles", signal);
  return page.items
    .filter((each) => `${each.name} ${each.class ?? ""}`.toLowerCase().includes(words))
    .slice(0, 4)
    .map((each) => ({
      kind: "Vehicles",
      path: `/vehicles/${encodeURIComponent(each.id)}`,
      icon: "vehicles",
      label: each.name,
      note: [each.class && humanise(each.class), each.depot?.name].filter(Boolean).join(" · "),
    }));
}

async function workflows(words: string, signal: AbortSignal): Promise<Found[]> {
  const page = await get<Page<{ workflow: string; version: number }>>(
    "/api/workflows?limit=200",
    signal,
  );
  return page.items
    .filter((each) => `${each.workflow} ${humanise(each.workflow)}`.toLowerCase().includes(words))
    .slice(0, 4)
    .map((each) => ({
      kind: "Workflows",
      path: `/runs/workflow?name=${encodeURIComponent(each.workflow)}`,
      icon: "flow",
      label: humanise(each.workflow),
      note: `${each.workflow}, version ${each.version}`,
    }));
}

async function runs(words: string, signal: AbortSignal): Promise<Found[]> {
  const page = await get<Page<RunSummary>>("/api/executions?limit=200", signal);
  return page.items
    .filter((each) =>
      `${each.id} ${humanise(each.workflow)} ${each.workflow} ${each.status} ${each.subject ?? ""}`
        .toLowerCase().includes(words)
    )
    .slice(0, 4)
    .map((each) => ({
      kind: "Runs",
      path: `/runs/${each.id}`,
      icon: "runs",
      label: humanise(each.workflow),
      note: `${humanise(each.status)} · ${dateTime(each.startedAt)}`,
    }));
}

async function intents(words: string, signal: AbortSignal): Promise<Found[]> {
  const page = await get<Page<Intent>>("/api/intents?limit=200", signal);
  return page.items
    .filter((each) => `${each.desired_outcome} ${each.domain}`.toLowerCase().includes(words))
    .slice(0, 4)
    .map((each) => ({
      kind: "Intents",
      path: `/intents/${each.intent_id}`,
      icon: "target",
      label: each.desired_outcome,
      note: `${humanise(each.status)} · until ${dateTime(each.deadline)}`,
    }));
}
