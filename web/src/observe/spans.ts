import type { Span, Trace } from "../api/kernel";

/** A span where it stands in its trace: how deep, from when, for how long, as shares of the whole. */
export interface Placed {
  span: Span;
  depth: number;
  /** 0…1 of the whole trace. */
  start: number;
  share: number;
  offsetMs: number;
}

export interface Laid {
  rows: Placed[];
  totalMs: number;
  startedAt: string;
}

/** Parents before their children, children by their start; a span whose parent is missing is a root. */
export function lay(trace: Trace): Laid {
  const { spans } = trace;
  const ids = new Set(spans.map((each) => each.spanId));
  const children = new Map<string | null, Span[]>();
  for (const span of spans) {
    const parent = span.parentId && ids.has(span.parentId) ? span.parentId : null;
    children.set(parent, [...children.get(parent) ?? [], span]);
  }
  const begin = Math.min(...spans.map((each) => Date.parse(each.startedAt)));
  const end = Math.max(...spans.map((each) => Date.parse(each.startedAt) + each.durationMs));
  const totalMs = Math.max(end - begin, 0.001);
  const rows: Placed[] = [];
  const seen = new Set<string>();
  const visit = (span: Span, depth: number) => {
    // A trace that names itself its own ancestor is shown once, not for ever.
    if (seen.has(span.spanId)) return;
    seen.add(span.spanId);
    const offsetMs = Date.parse(span.startedAt) - begin;
    rows.push({
      span,
      depth,
      start: offsetMs / totalMs,
      share: span.durationMs / totalMs,
      offsetMs,
    });
    for (const child of sorted(children.get(span.spanId) ?? [])) visit(child, depth + 1);
  };
  for (const root of sorted(children.get(null) ?? [])) visit(root, 0);
  for (const span of sorted(spans)) visit(span, 0);
  return { rows, totalMs, startedAt: new Date(begin).toISOString() };
}

function sorted(spans: Span[]): Span[] {
  return [...spans].sort((a, b) => a.startedAt.localeCompare(b.startedAt));
}

/** The words of a span's kind or service, to tell its part by colour and by word. */
const PARTS = ["ingress", "event", "workflow", "agent", "tool", "store", "channel"] as const;

export function part(span: Span): string {
  const text = `${span.service ?? ""} ${span.kind ?? ""} ${span.name}`.toLowerCase();
  if (/\b(server|http|ingress|get|post|patch|put|delete)\b/.test(text)) return "ingress";
  return PARTS.find((each) => text.includes(each)) ?? "other";
}
