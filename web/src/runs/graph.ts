import type { WorkflowDefinition } from "../api/types";
import { nexts } from "../orders/flow";

/** Places the states of a workflow in rows by how far they are from the start. */

export interface Node {
  name: string;
  type: string;
  row: number;
  column: number;
}

export interface Edge {
  from: string;
  to: string;
  /** Taken when something fails. */
  caught: boolean;
}

export interface Graph {
  nodes: Node[];
  edges: Edge[];
  rows: number;
  columns: number;
}

export function graph(definition: WorkflowDefinition): Graph {
  const names = Object.keys(definition.States);
  const edges: Edge[] = [];
  for (const name of names) {
    for (const to of nexts(definition, name)) edges.push({ from: name, to, caught: false });
    for (const each of definition.States[name]?.Catch ?? []) {
      if (definition.States[each.Next]) edges.push({ from: name, to: each.Next, caught: true });
    }
  }
  const row = new Map<string, number>();
  // Longest way from the start; what a loop leads back to keeps its row.
  const lay = (name: string, depth: number, above: Set<string>) => {
    if (above.has(name) || (row.get(name) ?? -1) >= depth || !definition.States[name]) return;
    row.set(name, depth);
    above.add(name);
    for (const next of nexts(definition, name)) lay(next, depth + 1, above);
    above.delete(name);
  };
  lay(definition.StartAt, 0, new Set());
  // What only errors reach stands beside, below the first state that leads there.
  for (let again = true; again;) {
    again = false;
    for (const edge of edges) {
      if (!row.has(edge.to) && row.has(edge.from)) {
        // What leads back into the way already laid must not push it down.
        lay(edge.to, (row.get(edge.from) ?? 0) + 1, new Set(row.keys()));
        again = true;
      }
    }
  }
  const good = new Set(succeeding(definition));
  const main = new Set(reachable(definition).filter((name) => good.has(name)));
  const taken = new Set<string>();
  // Of two in one row, the one with more still to come is the way on.
  const ahead = (name: string) => reachable(definition, name).length;
  const nodes: Node[] = [];
  const ordered = names.filter((name) => row.has(name)).sort((a, b) =>
    Number(main.has(b)) - Number(main.has(a)) || ahead(b) - ahead(a)
  );
  for (const name of ordered) {
    const at = row.get(name) ?? 0;
    let column = main.has(name) ? 0 : 1;
    while (taken.has(`${at}/${column}`)) column++;
    taken.add(`${at}/${column}`);
    nodes.push({ name, type: definition.States[name]?.Type ?? "", row: at, column });
  }
  return {
    nodes,
    edges,
    rows: Math.max(0, ...nodes.map((each) => each.row)) + 1,
    columns: Math.max(0, ...nodes.map((each) => each.column)) + 1,
  };
}

function reachable(definition: WorkflowDefinition, from = definition.StartAt): string[] {
  const found = [from];
  for (let index = 0; index < found.length; index++) {
    for (const next of nexts(definition, found[index] ?? "")) {
      if (!found.includes(next)) found.push(next);
    }
  }
  return found;
}

/** The states from which the run can still succeed without anything failing. */
function succeeding(definition: WorkflowDefinition): string[] {
  const names = Object.keys(definition.States);
  const found = names.filter((name) => {
    const state = definition.States[name];
    return state?.Type === "Succeed" || state?.End === true;
  });
  for (let again = true; again;) {
    again = false;
    for (const name of names) {
      if (!found.includes(name) && nexts(definition, name).some((next) => found.includes(next))) {
        found.push(name);
        again = true;
      }
    }
  }
  return found;
}
