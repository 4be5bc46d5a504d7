import { useMemo } from "react";
import type { Run, WorkflowDefinition } from "../api/types";
import { type Visit, visits } from "../orders/flow";
import { duration, humanise } from "../ui/format";
import { graph, type Node } from "./graph";

const WIDE = 210;
const HIGH = 36;
const ACROSS = 56;
const DOWN = 22;

/** The states as boxes and arrows, with the way this run took drawn strong. */
export function StateGraph({ run, definition }: { run: Run; definition: WorkflowDefinition }) {
  const drawn = useMemo(() => graph(definition), [definition]);
  const went = useMemo(() => visits(run.history ?? []), [run.history]);
  const last = new Map(went.map((each) => [each.name, each]));
  const taken = new Set(went.slice(1).map((each, index) => `${went[index]?.name}>${each.name}`));
  const at = new Map(drawn.nodes.map((each) => [each.name, each]));
  const width = drawn.columns * (WIDE + ACROSS);
  const height = drawn.rows * (HIGH + DOWN);
  return (
    <div className="scroll-x graph">
      <svg
        width={width}
        height={height}
        viewBox={`-2 -2 ${width} ${height}`}
        role="img"
        aria-label={`States: ${
          drawn.nodes.map((each) => `${humanise(each.name)} ${word(last.get(each.name), run)}`)
            .join(", ")
        }`}
      >
        {drawn.edges.map((edge) => {
          const from = at.get(edge.from);
          const to = at.get(edge.to);
          if (!from || !to) return null;
          const strong = taken.has(`${edge.from}>${edge.to}`);
          const kind = edge.caught ? "edge edge-caught" : "edge";
          return (
            <path
              key={`${edge.from}>${edge.to}>${edge.caught}`}
              className={strong ? `${kind} edge-taken` : kind}
              d={way(from, to)}
            />
          );
        })}
        {drawn.nodes.map((node) => {
          const visit = last.get(node.name);
          return (
            <g
              key={node.name}
              className={`node node-${word(visit, run).replace(" ", "-")}`}
              transform={`translate(${x(node)} ${y(node)})`}
            >
              <title>{`${node.name} (${node.type})`}</title>
              <rect width={WIDE} height={HIGH} rx={8} />
              <text x={12} y={HIGH / 2 + 4.5}>{humanise(node.name)}</text>
              <text x={WIDE - 12} y={HIGH / 2 + 4} className="node-side">{side(visit, run)}</text>
            </g>
          );
        })}
      </svg>
    </div>
  );
}

const x = (node: Node) => node.column * (WIDE + ACROSS);
const y = (node: Node) => node.row * (HIGH + DOWN);

function way(from: Node, to: Node): string {
  if (from.column === to.column && to.row > from.row) {
    if (to.row === from.row + 1) {
      const middle = x(from) + WIDE / 2;
      return `M${middle} ${y(from) + HIGH}L${middle} ${y(to)}`;
    }
    const side = x(from) + WIDE;
    const bulge = side + ACROSS * 0.5;
    const [a, b] = [y(from) + HIGH / 2, y(to) + HIGH / 2];
    return `M${side} ${a}C${bulge} ${a} ${bulge} ${b} ${side} ${b}`;
  }
  const right = to.column > from.column;
  const a = { x: right ? x(from) + WIDE : x(from), y: y(from) + HIGH / 2 };
  const b = { x: right ? x(to) : x(to) + WIDE, y: y(to) + HIGH / 2 };
  const middle = (a.x + b.x) / 2;
  return `M${a.x} ${a.y}C${middle} ${a.y} ${middle} ${b.y} ${b.x} ${b.y}`;
}

function word(visit: Visit | undefined, run: Run): string {
  if (!visit) return "not reached";
  if (visit.failed) return "failed";
  if (visit.open && run.status === "RUNNING") return "now";
  return visit.open && run.status !== "SUCCEEDED" ? "failed" : "done";
}

function side(visit: Visit | undefined, run: Run): string {
  const said = word(visit, run);
  if (said === "done" && visit?.entered && visit.left) {
    return duration((visit.left - visit.entered) * 1000);
  }
  return said === "not reached" ? "" : said;
}
