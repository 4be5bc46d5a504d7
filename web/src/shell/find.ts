import { get } from "../api/client";
import type { AgentSummary, Customer, OrderPage, Page, RunSummary, Vehicle } from "../api/types";
import type { Intent } from "../intents/types";
import { date, dateTime, humanise, place } from "../ui/format";
import type { IconName } from "../ui/Icon";
import { STATUS } from "../orders/status";

export interface Found {
  kind:
    | "Orders"
    | "Decisions"
    | "Agents"
    | "Intents"
    | "Customers"
    | "Vehicles"
    | "Workflows"
    | "Runs";
  path: string;
  icon: IconName;
  label: string;
  note?: string;
}

/** Finds by text in all that has a page of its own; what fails to answer is left out. */
export async function find(words: string, signal: AbortSignal): Promise<Found[]> {
  const q = encodeURIComponent(words);
  const parts = await Promise.all([
    everything(q, signal),
    agents(words, signal),
    customers(q, signal),
    vehicles(words, signal),
    workflows(words, signal),
    runs(words, signal),
    intents(words, signal),
  ].map((each) => each.catch(() => [])));
  return parts.flat();
}

interface Hit {
  collection: string;
  id: string;
  title: string;
  excerpt: string;
  fields: { agent?: string };
}

/**
 * Orders by number and customer as the list finds them, then what the search finds by the words in
 * them; and decisions by what was chosen and why.
 */
async function everything(q: string, signal: AbortSignal): Promise<Found[]> {
  const [named, searched] = await Promise.all([
    orders(q, signal).catch(() => []),
    get<{ items: Hit[] }>(`/api/search?limit=16&q=${q}`, signal).then((page) => page.items)
      .catch(() => []),
  ]);
  const known = new Set(named.map((each) => each.path));
  const hits = searched.flatMap((hit): Found[] => {
    const look = SEARCHED[hit.collection];
    if (!look) return [];
    const path = `${look.path}/${encodeURIComponent(hit.id)}`;
    if (known.has(path)) return [];
    const { agent } = hit.fields;
    const words = hit.excerpt.replace(/\s+/g, " ").trim();
    return [{
      kind: look.kind,
      path,
      icon: look.icon,
      label: agent ? `${humanise(agent)}: ${hit.title}` : hit.title,
      // What a decision is about and whose it is stands before its reasons, in words of machines.
      note: agent ? words.replace(/^(?:[\w-]+:\S+ · )?(?:[\w.-]+ · )?/, "") : words,
    }];
  });
  const of = (kind: Found["kind"], most: number) =>
    hits.filter((each) => each.kind === kind).slice(0, most);
  return [...named, ...of("Orders", Math.max(0, 6 - named.length)), ...of("Decisions", 5)];
}

/** The collections of the search that have pages. */
const SEARCHED: Record<string, Pick<Found, "kind" | "path" | "icon">> = {
  orders: { kind: "Orders", path: "/orders", icon: "orders" },
  decisions: { kind: "Decisions", path: "/decisions", icon: "flag" },
};

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

async function agents(words: string, signal: AbortSignal): Promise<Found[]> {
  const page = await get<Page<AgentSummary>>("/api/agents?limit=200", signal);
  return page.items
    .filter((each) =>
      `${each.name} ${humanise(each.name)} ${each.purpose ?? ""}`.toLowerCase().includes(words)
    )
    .slice(0, 4)
    .map((each) => ({
      kind: "Agents",
      path: `/agents/${encodeURIComponent(each.name)}`,
      icon: "agents",
      label: humanise(each.name),
      note: each.purpose,
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
