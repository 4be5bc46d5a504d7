import type { MapEdge, MapNode, ServiceMap } from "../api/kernel";

/** Where the parts of the service map stand: a column for each kind, in the order of the path. */
export interface Spot {
  node: MapNode;
  x: number;
  y: number;
}

export interface Drawn {
  spots: Map<string, Spot>;
  edges: MapEdge[];
  columns: { kind: MapNode["kind"]; x: number }[];
  width: number;
  height: number;
}

const ORDER: MapNode["kind"][] = [
  "ingress",
  "event",
  "workflow",
  "agent",
  "tool",
  "store",
  "channel",
];

export const CARD = { width: 168, height: 58, across: 34, down: 18, top: 34 };

/** Sweeps that bring each card near those it is connected with. */
const SWEEPS = 6;

export function lay(map: ServiceMap): Drawn {
  const kinds = ORDER.filter((kind) => map.nodes.some((each) => each.kind === kind));
  const known = new Set(map.nodes.map((each) => each.id));
  const edges = map.edges.filter((each) => known.has(each.from) && known.has(each.to));
  const columns = kinds.map((kind) =>
    map.nodes.filter((each) => each.kind === kind).sort((a, b) => b.calls - a.calls)
  );
  const near = new Map<string, string[]>();
  for (const { from, to } of edges) {
    near.set(from, [...near.get(from) ?? [], to]);
    near.set(to, [...near.get(to) ?? [], from]);
  }
  const place = new Map<string, number>();
  const number = () => {
    for (const column of columns) column.forEach((node, index) => place.set(node.id, index));
  };
  number();
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    for (const column of columns) {
      const wanted = new Map(column.map((node) => {
        const others = (near.get(node.id) ?? []).map((id) => place.get(id) ?? 0);
        const mean = others.reduce((a, b) => a + b, 0) / others.length;
        return [node.id, others.length > 0 ? mean : place.get(node.id) ?? 0];
      }));
      column.sort((a, b) => (wanted.get(a.id) ?? 0) - (wanted.get(b.id) ?? 0));
      column.forEach((node, index) => place.set(node.id, index));
    }
  }
  const most = Math.max(1, ...columns.map((each) => each.length));
  const height = CARD.top + most * (CARD.height + CARD.down);
  const spots = new Map<string, Spot>();
  columns.forEach((column, index) => {
    const used = column.length * (CARD.height + CARD.down) - CARD.down;
    const from = CARD.top + (height - CARD.top - used) / 2;
    column.forEach((node, row) =>
      spots.set(node.id, {
        node,
        x: index * (CARD.width + CARD.across),
        y: from + row * (CARD.height + CARD.down),
      })
    );
  });
  return {
    spots,
    edges,
    columns: kinds.map((kind, index) => ({ kind, x: index * (CARD.width + CARD.across) })),
    width: columns.length * (CARD.width + CARD.across) - CARD.across,
    height,
  };
}
