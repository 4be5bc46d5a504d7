import { type Cell, order, place } from "../runs/layout";
import { humanise } from "../ui/format";
import type { Rect } from "../ui/sight";
import type { Edge, GraphNode, IntentGraph, NodeKind, Relation } from "./types";

/**
 * Goals, intents, agents and resources from left to right: what is wanted, what is held to it, who
 * acts, and on what. Within a column few lines cross, as in the picture of a workflow turned aside.
 */

export interface Spot extends Rect {
  node: GraphNode;
}

/** Agents by the name that their pages have. */
export const named = (graph: IntentGraph): IntentGraph => ({
  ...graph,
  nodes: graph.nodes.map((each) =>
    each.kind === "agent" && each.title === each.key ? { ...each, title: humanise(each.key) } : each
  ),
});

export interface Way {
  edge: Edge;
  d: string;
}

export interface Network {
  spots: Spot[];
  ways: Way[];
  columns: { kind: NodeKind; x: number }[];
  width: number;
  height: number;
}

export const KINDS: NodeKind[] = ["goal", "intent", "agent", "resource"];

const WIDE = 208;
const HIGH = 46;
const BETWEEN = 96;
const GAP = 12;
/** Above the nodes stands what a column is of. */
const HEAD = 34;

export const keyOf = (edge: Edge) => `${edge.from} ${edge.relation} ${edge.to}`;

/** Only nodes of some kinds, and the edges among them. */
export function only(
  graph: { nodes: GraphNode[]; edges: Edge[] },
  kinds: ReadonlySet<NodeKind>,
): { nodes: GraphNode[]; edges: Edge[] } {
  const nodes = graph.nodes.filter((each) => kinds.has(each.kind));
  const known = new Set(nodes.map((each) => each.node));
  return {
    nodes,
    edges: graph.edges.filter((each) => known.has(each.from) && known.has(each.to)),
  };
}

const CLOSED = ["met", "missed", "withdrawn"];

/** Without intents that are closed, and without agents and resources that only those had to do with. */
export function living(
  graph: { nodes: GraphNode[]; edges: Edge[] },
  kept: string | null,
): { nodes: GraphNode[]; edges: Edge[] } {
  const closed = new Set(
    graph.nodes
      .filter((each) => each.status && CLOSED.includes(each.status) && each.node !== kept)
      .map((each) => each.node),
  );
  const edges = graph.edges.filter((each) => !closed.has(each.from) && !closed.has(each.to));
  const had = new Set(graph.edges.flatMap((each) => [each.from, each.to]));
  const has = new Set(edges.flatMap((each) => [each.from, each.to]));
  const nodes = graph.nodes.filter(({ node, kind }) =>
    !closed.has(node) &&
    (node === kept || has.has(node) || !had.has(node) || kind === "goal" || kind === "intent")
  );
  return { nodes, edges };
}

/** Which end of an edge stands at the left. */
const leftOf = (edge: Edge) => edge.relation === "serves" ? edge.to : edge.from;
const rightOf = (edge: Edge) => edge.relation === "serves" ? edge.from : edge.to;

/** The column of each node: by its kind, and within the kind by what it hangs on. */
function columnsOf(nodes: GraphNode[], edges: Edge[]): Map<string, number> {
  const kinds = new Map(nodes.map((each) => [each.node, each.kind]));
  const depth = new Map(nodes.map((each) => [each.node, 0]));
  const within = edges.filter((each) => kinds.get(each.from) === kinds.get(each.to));
  // Two relations together may form a circle; then the rounds end it.
  for (let round = 0; round < 8; round++) {
    let moved = false;
    for (const edge of within) {
      const wanted = (depth.get(leftOf(edge)) ?? 0) + 1;
      if (wanted > (depth.get(rightOf(edge)) ?? 0) && wanted <= 8) {
        depth.set(rightOf(edge), wanted);
        moved = true;
      }
    }
    if (!moved) break;
  }
  const columns = new Map<string, number>();
  let first = 0;
  for (const kind of KINDS) {
    const depths = [
      ...new Set(nodes.filter((each) => each.kind === kind).map((each) => depth.get(each.node)!)),
    ].sort((a, b) => a - b);
    for (const each of nodes) {
      if (each.kind === kind) {
        columns.set(each.node, first + depths.indexOf(depth.get(each.node) ?? 0));
      }
    }
    first += depths.length;
  }
  return columns;
}

export function network(graph: { nodes: GraphNode[]; edges: Edge[] }): Network {
  const { nodes, edges } = graph;
  const columns = columnsOf(nodes, edges);
  const rows: Cell[][] = [];
  const cells = new Map<string, Cell>();
  const titled = [...nodes].sort((a, b) => a.title.localeCompare(b.title));
  for (const node of titled) {
    const layer = columns.get(node.node) ?? 0;
    const cell: Cell = {
      name: node.node,
      width: HIGH,
      height: WIDE,
      layer,
      centre: 0,
      weight: 1,
      up: [],
      down: [],
    };
    (rows[layer] ??= []).push(cell);
    cells.set(node.node, cell);
  }
  for (const edge of edges) {
    const [left, right] = [cells.get(leftOf(edge)), cells.get(rightOf(edge))];
    if (!left || !right || left.layer >= right.layer) continue;
    left.down.push(right);
    right.up.push(left);
  }
  order(rows);
  place(rows, GAP);
  const rise = HEAD - Math.min(...rows.flat().map((cell) => cell.centre - cell.width / 2));
  const spots: Spot[] = nodes.map((node) => {
    const cell = cells.get(node.node);
    return {
      node,
      x: (columns.get(node.node) ?? 0) * (WIDE + BETWEEN),
      y: (cell?.centre ?? 0) - HIGH / 2 + rise,
      width: WIDE,
      height: HIGH,
    };
  });
  const at = new Map(spots.map((each) => [each.node.node, each]));
  const ways = edges.flatMap((edge) => {
    const [from, to] = [at.get(edge.from), at.get(edge.to)];
    return from && to ? [{ edge, d: line(from, to) }] : [];
  });
  const heads: Network["columns"] = [];
  for (const kind of KINDS) {
    const x = Math.min(
      ...spots.filter((each) => each.node.kind === kind).map((each) => each.x),
    );
    if (Number.isFinite(x)) heads.push({ kind, x });
  }
  return {
    spots,
    ways,
    columns: heads,
    width: Math.max(WIDE, ...spots.map((each) => each.x + each.width)),
    height: Math.max(HEAD + HIGH, ...spots.map((each) => each.y + each.height)),
  };
}

/** A way between the sides that face each other; the arrow's head takes the last few units. */
function line(from: Rect, to: Rect): string {
  const y = (rect: Rect) => rect.y + rect.height / 2;
  if (from.x === to.x) {
    const out = from.x + from.width;
    return `M${out} ${y(from)}C${out + 60} ${y(from)} ${out + 60} ${y(to)} ${out + 7} ${y(to)}`;
  }
  const forward = from.x < to.x;
  const a = forward ? from.x + from.width : from.x;
  const b = forward ? to.x - 7 : to.x + to.width + 7;
  const half = (b - a) / 2;
  return `M${a} ${y(from)}C${a + half} ${y(from)} ${b - half} ${y(to)} ${b} ${y(to)}`;
}

/** A node with all that it has an edge with. */
export function around(edges: readonly Edge[], node: string): Set<string> {
  const found = new Set([node]);
  for (const edge of edges) {
    if (edge.from === node) found.add(edge.to);
    if (edge.to === node) found.add(edge.from);
  }
  return found;
}

/** What suffers at once when a node fails: what it serves, and what depends on it or touches it. */
export function suffers(edges: readonly Edge[], node: string): string[] {
  return edges.flatMap((edge) =>
    edge.relation === "serves"
      ? edge.from === node ? [edge.to] : []
      : edge.to === node
      ? [edge.from]
      : []
  );
}

/** A shortest way on which a failure of one node reaches another; empty when there is none. */
export function wayTo(edges: readonly Edge[], from: string, to: string): string[] {
  const before = new Map<string, string | null>([[from, null]]);
  const waiting = [from];
  for (let node = waiting.shift(); node !== undefined; node = waiting.shift()) {
    if (node === to) {
      const way = [];
      for (let at: string | null | undefined = node; at; at = before.get(at)) way.unshift(at);
      return way;
    }
    for (const next of suffers(edges, node)) {
      if (before.has(next)) continue;
      before.set(next, node);
      waiting.push(next);
    }
  }
  return [];
}

/** How an edge reads from either of its ends. */
export const RELATIONS: Record<Relation, { out: string; in: string }> = {
  serves: { out: "serves", in: "is served by" },
  "depends-on": { out: "depends on", in: "is needed by" },
  touches: { out: "touches", in: "is touched by" },
  "acted-by": { out: "was acted for by", in: "acted for" },
};

export interface Twig {
  node: GraphNode;
  level: number;
  /** How it hangs on what is above it. */
  said: string | null;
  /** It stands elsewhere with what hangs on it. */
  again: boolean;
  key: string;
}

/** The graph as an indented list: goals, what serves them, what that needs, touches, and who acted. */
export function tree(graph: { nodes: GraphNode[]; edges: Edge[] }): Twig[] {
  const nodes = new Map(graph.nodes.map((each) => [each.node, each]));
  const below = new Map<string, { to: string; said: string }[]>();
  const above = new Set<string>();
  for (const edge of graph.edges) {
    const [left, right] = [leftOf(edge), rightOf(edge)];
    if (!nodes.has(left) || !nodes.has(right)) continue;
    const said = edge.relation === "serves" ? "serves it" : RELATIONS[edge.relation].out;
    below.set(left, [...below.get(left) ?? [], { to: right, said }]);
    above.add(right);
  }
  const title = (name: string) => nodes.get(name)?.title ?? name;
  const found: Twig[] = [];
  const open = new Set<string>();
  const put = (name: string, level: number, said: string | null, path: string) => {
    const node = nodes.get(name);
    if (!node || path.split(" ").includes(name)) return;
    const key = `${path} ${name}`;
    const again = open.has(name) && (below.get(name)?.length ?? 0) > 0;
    found.push({ node, level, said, again, key: `${key}${said ?? ""}` });
    if (again) return;
    open.add(name);
    const next = [...below.get(name) ?? []].sort((a, b) =>
      rank(nodes.get(a.to)) - rank(nodes.get(b.to)) || title(a.to).localeCompare(title(b.to))
    );
    for (const each of next) put(each.to, level + 1, each.said, key);
  };
  const roots = graph.nodes.filter((each) => !above.has(each.node))
    .sort((a, b) => rank(a) - rank(b) || a.title.localeCompare(b.title));
  for (const root of roots) put(root.node, 0, null, "");
  // What is only in a circle has no root.
  for (const node of graph.nodes) if (!open.has(node.node)) put(node.node, 0, null, "");
  return found;
}

const rank = (node: GraphNode | undefined) => node ? KINDS.indexOf(node.kind) : KINDS.length;
