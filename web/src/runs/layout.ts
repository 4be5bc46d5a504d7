import { type Arrow, arrows, inner, type Machine, type State } from "./definition";

/**
 * Places states in layers from top to bottom (Sugiyama, Tagawa, Toda 1981): longest way from the
 * start, what leads back taken out; points for arrows over several layers; few crossings by sorting
 * each layer by the middle of its neighbours; places by the best fit that keeps the order. Parallel
 * and Map hold the layouts of their own machines.
 */

export interface Point {
  x: number;
  y: number;
}

export interface Placed {
  name: string;
  state: State;
  x: number;
  y: number;
  width: number;
  height: number;
  /** The layouts of nested machines, their places relative to this state's corner. */
  inner: { x: number; y: number; graph: Graph }[];
}

export interface Line extends Arrow {
  points: Point[];
  /** Leads back to something above. */
  back: boolean;
}

export interface Graph {
  nodes: Placed[];
  lines: Line[];
  width: number;
  height: number;
}

const WIDE = 208;
const HIGH = 50;
const ACROSS = 36;
const DOWN = 54;
const HEAD = 40;
const PAD = 18;
const POINT = 14;
/** The weight of what lies on the way on success. */
const STRAIGHT = 4;

/** Something in a layer, with what it hangs on in the layers above and below. */
export interface Cell {
  name: string | null;
  width: number;
  height: number;
  layer: number;
  centre: number;
  weight: number;
  up: Cell[];
  down: Cell[];
}

export function layout(machine: Machine): Graph {
  const all = arrows(machine);
  const layers = layering(machine, all);
  const good = goodWay(machine, all);
  const nodes = new Map<string, Placed>();
  for (const [name, state] of Object.entries(machine.States)) {
    if (layers.has(name)) nodes.set(name, sized(name, state));
  }
  const rows: Cell[][] = [];
  const cells = new Map<string, Cell>();
  const put = (cell: Cell) => {
    const row = rows[cell.layer] ??= [];
    row.push(cell);
    return cell;
  };
  const make = (
    name: string | null,
    layer: number,
    size: { width: number; height: number },
    weight: number,
  ) => put({ name, layer, ...size, weight, centre: 0, up: [], down: [] });
  // The way on success first, so that it begins on the left and ties keep it there.
  const ordered = [...nodes.values()].sort((a, b) =>
    Number(good.has(b.name)) - Number(good.has(a.name))
  );
  for (const node of ordered) {
    cells.set(
      node.name,
      make(node.name, layers.get(node.name) ?? 0, node, good.has(node.name) ? 8 : 1),
    );
  }
  const routes: { arrow: Arrow; way: Cell[]; back: boolean }[] = [];
  for (const arrow of all) {
    const [from, to] = [cells.get(arrow.from), cells.get(arrow.to)];
    if (!from || !to) continue;
    if (to.layer <= from.layer) {
      routes.push({ arrow, way: [from, to], back: true });
      continue;
    }
    const way = [from];
    const straight = good.has(arrow.from) && good.has(arrow.to);
    for (let layer = from.layer + 1; layer < to.layer; layer++) {
      way.push(make(null, layer, { width: POINT, height: 0 }, straight ? 4 : 2));
    }
    way.push(to);
    for (let index = 1; index < way.length; index++) {
      const [above, below] = [way[index - 1], way[index]];
      if (!above || !below) continue;
      above.down.push(below);
      below.up.push(above);
    }
    routes.push({ arrow, way, back: false });
  }
  order(rows);
  place(rows);
  return drawn(rows, nodes, cells, routes);
}

function sized(name: string, state: State): Placed {
  const graphs = inner(state).map(layout);
  if (graphs.length === 0) {
    return { name, state, x: 0, y: 0, width: WIDE, height: HIGH, inner: [] };
  }
  let x = PAD;
  const parts = graphs.map((graph) => {
    const part = { x, y: HEAD, graph };
    x += graph.width + ACROSS;
    return part;
  });
  return {
    name,
    state,
    x: 0,
    y: 0,
    width: Math.max(WIDE, x - ACROSS + PAD),
    height: HEAD + Math.max(...graphs.map((each) => each.height)) + PAD,
    inner: parts,
  };
}

/** The longest way from the start to each state, without the arrows that lead back. */
function layering(machine: Machine, all: Arrow[]): Map<string, number> {
  const out = new Map<string, Arrow[]>();
  for (const arrow of all) out.set(arrow.from, [...out.get(arrow.from) ?? [], arrow]);
  const state = new Map<string, "open" | "done">();
  const sorted: string[] = [];
  const back = new Set<Arrow>();
  // What succeeds is gone through first, so that it is the errors' ways that count as leading back.
  const visit = (name: string) => {
    state.set(name, "open");
    const ways = [...out.get(name) ?? []].sort((a, b) =>
      Number(a.kind === "catch") - Number(b.kind === "catch")
    );
    for (const arrow of ways) {
      if (state.get(arrow.to) === "open") back.add(arrow);
      else if (!state.has(arrow.to)) visit(arrow.to);
    }
    state.set(name, "done");
    sorted.push(name);
  };
  visit(machine.StartAt);
  const layers = new Map<string, number>();
  for (const name of sorted.reverse()) {
    const at = layers.get(name) ?? 0;
    layers.set(name, at);
    for (const arrow of out.get(name) ?? []) {
      if (!back.has(arrow)) layers.set(arrow.to, Math.max(layers.get(arrow.to) ?? 0, at + 1));
    }
  }
  return layers;
}

/** The states of the longest way to a success that no error takes. */
function goodWay(machine: Machine, all: Arrow[]): Set<string> {
  const known = new Map<string, string[] | null>();
  const find = (name: string, above: Set<string>): string[] | null => {
    if (above.has(name)) return null;
    const cached = known.get(name);
    if (cached !== undefined) return cached;
    const state = machine.States[name];
    if (!state || state.Type === "Fail") return null;
    let best: string[] | null = state.Type === "Succeed" || state.End ? [name] : null;
    above.add(name);
    for (const arrow of all) {
      if (arrow.from !== name || arrow.kind === "catch") continue;
      const way = find(arrow.to, above);
      if (way && way.length + 1 > (best?.length ?? 0)) best = [name, ...way];
    }
    above.delete(name);
    known.set(name, best);
    return best;
  };
  return new Set(find(machine.StartAt, new Set()) ?? []);
}

/** Sorts each layer by the mean place of its neighbours, down and up a few times. */
export function order(rows: Cell[][]) {
  const number = () => {
    for (const row of rows) row.forEach((cell, index) => cell.centre = index);
  };
  const mean = (cells: Cell[], own: number) =>
    cells.length === 0 ? own : cells.reduce((sum, each) => sum + each.centre, 0) / cells.length;
  number();
  for (let round = 0; round < 8; round++) {
    const down = round % 2 === 0;
    for (const row of down ? rows : [...rows].reverse()) {
      const wanted = new Map(
        row.map((cell) => [cell, mean(down ? cell.up : cell.down, cell.centre)]),
      );
      row.sort((a, b) => (wanted.get(a) ?? 0) - (wanted.get(b) ?? 0) || b.weight - a.weight);
      row.forEach((cell, index) => cell.centre = index);
    }
  }
}

/** Moves cells toward their neighbours while the order and the gaps are kept. */
export function place(rows: Cell[][], gap = ACROSS) {
  for (const row of rows) {
    let x = 0;
    for (const cell of row) {
      cell.centre = x + cell.width / 2;
      x += cell.width + gap;
    }
  }
  for (let round = 0; round < 24; round++) {
    const down = round % 2 === 0;
    for (const row of down ? rows : [...rows].reverse()) {
      fit(
        row,
        row.map((cell) => {
          const near = down ? cell.up : cell.down;
          const other = down ? cell.down : cell.up;
          const all = near.length > 0 ? near : other;
          // The way on success is drawn straight, whatever hangs on it.
          const strong = all.filter((each) => each.weight >= STRAIGHT && cell.weight >= STRAIGHT);
          const from = strong.length > 0 ? strong : all;
          const weight = from.reduce((sum, each) => sum + each.weight, 0);
          return weight === 0
            ? cell.centre
            : from.reduce((sum, each) => sum + each.centre * each.weight, 0) / weight;
        }),
        gap,
      );
    }
  }
}

/** The places nearest to the wanted ones that keep the order: isotonic regression by merging pools. */
function fit(row: Cell[], wanted: number[], gap: number) {
  const offsets: number[] = [];
  row.forEach((cell, index) => {
    const before = row[index - 1];
    const last = offsets[index - 1] ?? 0;
    offsets.push(before ? last + (before.width + cell.width) / 2 + gap : 0);
  });
  const pools: { sum: number; weight: number; count: number }[] = [];
  row.forEach((cell, index) => {
    const value = (wanted[index] ?? 0) - (offsets[index] ?? 0);
    pools.push({ sum: value * cell.weight, weight: cell.weight, count: 1 });
    for (;;) {
      const last = pools[pools.length - 1];
      const before = pools[pools.length - 2];
      if (!last || !before || before.sum / before.weight <= last.sum / last.weight) break;
      pools.splice(-2, 2, {
        sum: before.sum + last.sum,
        weight: before.weight + last.weight,
        count: before.count + last.count,
      });
    }
  });
  let index = 0;
  for (const pool of pools) {
    for (let each = 0; each < pool.count; each++, index++) {
      const cell = row[index];
      if (cell) cell.centre = pool.sum / pool.weight + (offsets[index] ?? 0);
    }
  }
}

function drawn(
  rows: Cell[][],
  nodes: Map<string, Placed>,
  cells: Map<string, Cell>,
  routes: { arrow: Arrow; way: Cell[]; back: boolean }[],
): Graph {
  const left = Math.min(...rows.flat().map((cell) => cell.centre - cell.width / 2));
  const tops: number[] = [];
  const heights: number[] = [];
  let y = 0;
  for (const row of rows) {
    const high = Math.max(...row.map((cell) => cell.height));
    tops.push(y);
    heights.push(high);
    y += high + DOWN;
  }
  let width = 0;
  for (const [name, cell] of cells) {
    const node = nodes.get(name);
    if (!node) continue;
    node.x = cell.centre - cell.width / 2 - left;
    node.y = tops[cell.layer] ?? 0;
    width = Math.max(width, node.x + node.width);
  }
  const lines: Line[] = [];
  for (const { arrow, way, back } of routes) {
    const [from, to] = [nodes.get(arrow.from), nodes.get(arrow.to)];
    if (!from || !to) continue;
    if (back) {
      // Down, around the outside, and in from above: only through the gaps between the layers.
      const number = lines.filter((each) => each.back).length;
      const right = Math.max(
        ...[...nodes.values()]
          .filter((each) => each.y + each.height >= to.y && each.y <= from.y + from.height)
          .map((each) => each.x + each.width),
      ) + 22 + number * 12;
      width = Math.max(width, right + 8);
      lines.push({
        ...arrow,
        back,
        points: [
          { x: from.x + from.width / 2 + 24, y: from.y + from.height },
          { x: right, y: from.y + from.height + 14 + number * 5 },
          { x: right, y: to.y - 22 - number * 5 },
          { x: to.x + to.width / 2 + 24, y: to.y },
        ],
      });
      continue;
    }
    const points: Point[] = [];
    way.forEach((cell, index) => {
      const x = cell.centre - left;
      const top = tops[cell.layer] ?? 0;
      if (index === 0) points.push({ x, y: top + cell.height });
      else if (index === way.length - 1) points.push({ x, y: top });
      else points.push({ x, y: top }, { x, y: top + (heights[cell.layer] ?? 0) });
    });
    lines.push({ ...arrow, back, points });
  }
  const low = Math.max(
    0,
    ...lines.filter((each) => each.back).map((each) => each.points[1]?.y ?? 0),
  );
  // A way back to the first state comes in from above it.
  const above = -Math.min(0, ...lines.flatMap((each) => each.points.map((point) => point.y)));
  for (const node of nodes.values()) node.y += above;
  for (const point of lines.flatMap((each) => each.points)) point.y += above;
  const height = above + Math.max(0, y - DOWN, low);
  width = Math.max(width, ...lines.flatMap((each) => each.points.map((point) => point.x)));
  return { nodes: [...nodes.values()], lines, width, height };
}

/** A smooth way through the points. */
export function path({ points, back }: Line): string {
  const [first, ...rest] = points;
  if (!first) return "";
  if (back) {
    const [a, b, c] = rest;
    if (!a || !b || !c) return "";
    const r = 9;
    return `M${first.x} ${first.y}V${a.y - r}Q${first.x} ${a.y} ${first.x + r} ${a.y}H${a.x - r}` +
      `Q${a.x} ${a.y} ${a.x} ${a.y - r}V${b.y + r}Q${b.x} ${b.y} ${b.x - r} ${b.y}` +
      `H${c.x + r}Q${c.x} ${b.y} ${c.x} ${b.y + r}V${c.y - 6}`;
  }
  let d = `M${first.x} ${first.y}`;
  let last = first;
  rest.forEach((point, index) => {
    // The arrow's head takes the last few units.
    const y = index === rest.length - 1 ? point.y - 6 : point.y;
    const half = (y - last.y) / 2;
    d += Math.abs(point.x - last.x) < 0.5
      ? `L${point.x} ${y}`
      : `C${last.x} ${last.y + half} ${point.x} ${y - half} ${point.x} ${y}`;
    last = { x: point.x, y };
  });
  return d;
}
