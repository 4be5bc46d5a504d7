import { type KeyboardEvent, useEffect, useMemo, useRef } from "react";
import { IconButton } from "../ui/Button";
import { humanise } from "../ui/format";
import { Icon } from "../ui/Icon";
import { type Graph, labelPlace, type Line, path, type Placed } from "./layout";
import { LOOKS } from "./looks";
import { retries, span, type StepState, summary, type Visit } from "./steps";
import { usePanZoom } from "./usePanZoom";

interface Props {
  graph: Graph;
  went: Visit[];
  selected: string | null;
  onSelect: (name: string | null) => void;
}

/** The workflow as boxes and arrows, with what became of each state. */
export function RunGraph({ graph, went, selected, onSelect }: Props) {
  const frame = useRef<HTMLDivElement>(null);
  const start = graph.nodes.find((each) => each.y === 0);
  const { transform, fit, zoom, reveal, handlers } = usePanZoom(
    frame,
    graph.width,
    graph.height,
    start ? start.x + start.width / 2 : graph.width / 2,
  );
  const byName = useMemo(() => {
    const found = new Map<string, Visit[]>();
    for (const each of went) found.set(each.name, [...found.get(each.name) ?? [], each]);
    return found;
  }, [went]);
  /** From which state to which the run went. */
  const taken = useMemo(() => {
    const exits = new Map(went.map((each) => [each.exitedEvent, each.name]));
    const found = new Set<string>();
    for (const each of went) {
      const before = exits.get(each.cameFrom);
      if (before) found.add(`${before}>${each.name}`);
    }
    return found;
  }, [went]);
  const places = useMemo(() => flatten(graph), [graph]);
  const order = useMemo(
    () => [...places.values()].sort((a, b) => a.y - b.y || a.x - b.x),
    [places],
  );

  useEffect(() => {
    const place = selected ? places.get(selected) : undefined;
    if (place) reveal(place);
  }, [selected]);

  const key = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const at = order.findIndex((each) => each.node.name === selected);
    const here = order[at];
    let to = -1;
    if (event.key === "Home" || (at < 0 && event.key.startsWith("Arrow"))) to = 0;
    else if (event.key === "End") to = order.length - 1;
    else if (here && event.key.startsWith("Arrow")) to = nearest(order, here, event.key);
    else if (event.key === "+" || event.key === "=") zoom(1.25);
    else if (event.key === "-") zoom(0.8);
    else if (event.key === "0") fit();
    else return;
    event.preventDefault();
    event.stopPropagation();
    const next = order[to];
    if (next) onSelect(next.node.name);
  };

  return (
    <div className="graph-frame">
      <div
        ref={frame}
        className="graph"
        role="listbox"
        tabIndex={0}
        aria-label="States; arrow keys go from one to the next, plus, minus and 0 change the size"
        aria-activedescendant={selected && places.has(selected) ? `state-${selected}` : undefined}
        onKeyDown={key}
        {...handlers}
        onClick={(event) => {
          const found = (event.target as Element).closest("[data-state]");
          if (handlers.dragged()) return;
          onSelect(found?.getAttribute("data-state") ?? null);
        }}
      >
        <div className="sr-only">
          {order.map(({ node }) => (
            <div
              key={node.name}
              id={`state-${node.name}`}
              role="option"
              aria-selected={selected === node.name}
            >
              {spoken(node, byName.get(node.name) ?? [])}
            </div>
          ))}
        </div>
        <svg className="graph-picture" aria-hidden="true">
          <defs>
            {["plain", "taken", "caught"].map((kind) => (
              <marker
                key={kind}
                id={`arrow-${kind}`}
                className={`arrow-${kind}`}
                viewBox="0 0 8 8"
                refX={1}
                refY={4}
                markerWidth={8}
                markerHeight={8}
                markerUnits="userSpaceOnUse"
                orient="auto"
              >
                <path d="M0 0 8 4 0 8z" />
              </marker>
            ))}
          </defs>
          <g transform={transform}>
            <Machine graph={graph} byName={byName} taken={taken} selected={selected} />
          </g>
        </svg>
      </div>
      <div className="view-tools" role="group" aria-label="Size">
        <IconButton icon="plus" label="Larger" onClick={() => zoom(1.25)} />
        <IconButton icon="minus" label="Smaller" onClick={() => zoom(0.8)} />
        <IconButton icon="scan" label="Fit" onClick={fit} />
      </div>
    </div>
  );
}

interface Place {
  node: Placed;
  x: number;
  y: number;
  width: number;
  height: number;
}

/** All states with their places in the whole picture. */
function flatten(graph: Graph, x = 0, y = 0, into = new Map<string, Place>()): Map<string, Place> {
  for (const node of graph.nodes) {
    into.set(node.name, {
      node,
      x: x + node.x,
      y: y + node.y,
      width: node.width,
      height: node.inner.length > 0 ? 40 : node.height,
    });
    for (const part of node.inner) {
      flatten(part.graph, x + node.x + part.x, y + node.y + part.y, into);
    }
  }
  return into;
}

/** The state next to one in the direction of an arrow key. */
function nearest(order: Place[], from: Place, key: string): number {
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
    const far = ahead + aside * 1.5;
    if (far < least) {
      least = far;
      best = index;
    }
  });
  return best;
}

interface MachineProps {
  graph: Graph;
  byName: Map<string, Visit[]>;
  taken: Set<string>;
  selected: string | null;
}

function Machine({ graph, byName, taken, selected }: MachineProps) {
  return (
    <>
      {graph.lines.map((line) => (
        <Arrow
          key={`${line.from}>${line.to}>${line.kind}`}
          line={line}
          taken={taken.has(`${line.from}>${line.to}`) &&
            (line.kind !== "catch" ||
              byName.get(line.from)?.some((each) => each.state === "caught") === true)}
        />
      ))}
      {graph.nodes.map((node) => (
        <Node key={node.name} node={node} byName={byName} taken={taken} selected={selected} />
      ))}
      {graph.lines.map((line) => (
        line.label && <Label key={`${line.from}>${line.to}>${line.kind}`} line={line} />
      ))}
    </>
  );
}

function Arrow({ line, taken }: { line: Line; taken: boolean }) {
  const kind = taken ? "taken" : line.kind === "catch" ? "caught" : "plain";
  return <path className={`edge edge-${kind}`} d={path(line)} markerEnd={`url(#arrow-${kind})`} />;
}

function Label({ line }: { line: Line }) {
  const at = labelPlace(line);
  const text = line.label.length > 26 ? `${line.label.slice(0, 25)}…` : line.label;
  return (
    <text className="edge-label" x={at.x} y={at.y}>
      {line.label !== text && <title>{line.label}</title>}
      {text}
    </text>
  );
}

function Node({ node, byName, taken, selected }: NodeProps) {
  const found = byName.get(node.name) ?? [];
  const state = summary(found);
  const look = LOOKS[state];
  const again = retries(found);
  const chosen = selected === node.name;
  const note = said(found, state, again, node);
  const holds = node.inner.length > 0;
  return (
    <g
      data-state={node.name}
      className={`node node-${look.tone}${chosen ? " node-chosen" : ""}${
        holds ? " node-holds" : ""
      }`}
      transform={`translate(${node.x} ${node.y})`}
    >
      <title>{`${node.name} (${node.state.Type})`}</title>
      <rect className="node-body" width={node.width} height={node.height} rx={9} />
      <g className="node-icon" transform="translate(12 12)">
        <Icon name={look.icon} size={18} />
      </g>
      <text className="node-name" x={38} y={holds ? 26 : 22}>{cut(humanise(node.name), 22)}</text>
      {!holds && <text className="node-note" x={38} y={39}>{note || look.word}</text>}
      {holds && (
        <text className="node-note node-end" x={node.width - 14} y={26}>
          {[node.state.Type, note].filter(Boolean).join(", ")}
        </text>
      )}
      {node.inner.map((part, index) => (
        <g key={index} transform={`translate(${part.x} ${part.y})`}>
          <Machine graph={part.graph} byName={byName} taken={taken} selected={selected} />
        </g>
      ))}
    </g>
  );
}

interface NodeProps {
  node: Placed;
  byName: Map<string, Visit[]>;
  taken: Set<string>;
  selected: string | null;
}

/** "Analyse, Task, Done, 31 ms". */
function spoken(node: Placed, found: Visit[]): string {
  const state = summary(found);
  const note = said(found, state, retries(found), node);
  const known = [humanise(node.name), node.state.Type];
  return [...known, state === "waiting" ? LOOKS.waiting.word : note].join(", ");
}

const cut = (text: string, length: number) =>
  text.length > length ? `${text.slice(0, length - 1)}…` : text;

/** "Done, 31 ms, 2 retries" */
function said(found: Visit[], state: StepState, again: number, node: Placed): string {
  const parts: string[] = [];
  if (state !== "waiting") parts.push(LOOKS[state].word);
  const last = found[found.length - 1];
  if (found.length > 1) parts.push(`${found.length} times`);
  else if (last?.entered && last.left && last.left > last.entered) {
    parts.push(span(last.left - last.entered));
  }
  if (again > 0) parts.push(again === 1 ? "1 retry" : `${again} retries`);
  return parts.length > 0 ? parts.join(", ") : node.inner.length > 0 ? "" : node.state.Type;
}
