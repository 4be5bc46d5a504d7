import type { Graph, Placed } from "./layout";

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
