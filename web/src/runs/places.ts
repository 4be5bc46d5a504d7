import type { Graph, Placed } from "./layout";
import type { Rect } from "./sight";

/** A state with its place in the whole picture, whatever it is nested in. */
export interface Place {
  node: Placed;
  x: number;
  y: number;
  width: number;
  height: number;
}

/** What of a state that holds others stands above them. */
const HEAD = 40;

export function flatten(
  graph: Graph,
  x = 0,
  y = 0,
  into = new Map<string, Place>(),
): Map<string, Place> {
  for (const node of graph.nodes) {
    into.set(node.name, {
      node,
      x: x + node.x,
      y: y + node.y,
      width: node.width,
      height: node.inner.length > 0 ? HEAD : node.height,
    });
    for (const part of node.inner) {
      flatten(part.graph, x + node.x + part.x, y + node.y + part.y, into);
    }
  }
  return into;
}

/** What lies next to a place in the direction of an arrow key. */
export function nearest(order: readonly Rect[], from: Rect, key: string): number {
  const [ax, ay] = [from.x + from.width / 2, from.y + from.height / 2];
  let best = -1;
  let least = Infinity;
  order.forEach((each, index) => {
    if (each === from) return;
    const [dx, dy] = [each.x + each.width / 2 - ax, each.y + each.height / 2 - ay];
    const ahead = key === "ArrowDown"
      ? dy
      : key === "ArrowUp"
      ? -dy
      : key === "ArrowRight"
      ? dx
      : -dx;
    const aside = key === "ArrowDown" || key === "ArrowUp" ? Math.abs(dx) : Math.abs(dy);
    if (ahead < 20) return;
    // Across, what holds a state must not be nearer than the state beside it.
    const far = ahead + aside * (key === "ArrowLeft" || key === "ArrowRight" ? 4 : 1.5);
    if (far < least) {
      least = far;
      best = index;
    }
  });
  return best;
}
