import { type KeyboardEvent, useId, useMemo, useRef } from "react";
import { cut } from "../runs/GraphView";
import { nearest } from "../runs/places";
import type { Rect } from "../runs/sight";
import { usePanZoom } from "../runs/usePanZoom";
import { IconButton } from "../ui/Button";
import { Icon } from "../ui/Icon";
import type { GraphNode, Relation } from "./types";
import { KIND_LOOKS } from "./Edges";
import { STAGE_LOOKS } from "./marks";
import { keyOf, type Network, RELATIONS } from "./network";
import { stageOf } from "./words";

const DRAWN = Object.keys(RELATIONS) as Relation[];

interface Props {
  network: Network;
  selected: string | null;
  /** What is to be in sight besides what is selected: a way. */
  way: readonly string[];
  /** What stands out, with the ways that lead along it; null: everything is equal. */
  lit: { nodes: ReadonlySet<string>; edges: ReadonlySet<string> } | null;
  onSelect: (node: string | null) => void;
  onOpen: (node: GraphNode) => void;
}

/** What a node is, in a line. */
export function noteOf(node: GraphNode): string {
  const kind = KIND_LOOKS[node.kind].word;
  if (node.kind !== "intent" || !node.status) return kind;
  return STAGE_LOOKS[stageOf({ status: node.status, state: node.state })].word;
}

function toneOf(node: GraphNode): string {
  if (node.kind !== "intent" || !node.status) return node.kind;
  return stageOf({ status: node.status, state: node.state });
}

/** The intent graph as boxes in columns, to move, to size, and to walk through by key. */
export function NetworkView({ network, selected, way, lit, onSelect, onOpen }: Props) {
  const frame = useRef<HTMLDivElement>(null);
  const id = useId();
  const spots = useMemo(
    () => [...network.spots].sort((a, b) => a.x - b.x || a.y - b.y),
    [network],
  );
  const chosen = spots.find((each) => each.node.node === selected);
  const picture = useMemo(() => ({
    width: network.width,
    height: network.height,
    start: { x: 0, y: 0, width: Math.min(network.width, 208), height: 80 },
  }), [network]);
  const shown = useMemo(
    () => way.length > 0 ? union(spots.filter((each) => way.includes(each.node.node))) : chosen,
    [spots, way, chosen],
  );
  const { transform, fit, zoom, handlers, dragged } = usePanZoom(
    frame,
    picture,
    shown,
    undefined,
  );
  const key = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    let to = -1;
    if (event.key === "Home" || (!chosen && event.key.startsWith("Arrow"))) to = 0;
    else if (event.key === "End") to = spots.length - 1;
    else if (chosen && event.key.startsWith("Arrow")) to = nearest(spots, chosen, event.key);
    else if (event.key === "Enter" && chosen) return onOpen(chosen.node);
    else if (event.key === "+" || event.key === "=") zoom(1.25);
    else if (event.key === "-") zoom(0.8);
    else if (event.key === "0") fit();
    else return;
    event.preventDefault();
    event.stopPropagation();
    const next = spots[to];
    if (next) onSelect(next.node.node);
  };
  const dim = (on: boolean) => lit && !on ? " network-dim" : "";
  return (
    <div className="graph-frame">
      <div
        ref={frame}
        className="graph network"
        role="listbox"
        tabIndex={0}
        aria-label="Goals, intents, agents and resources; arrow keys go from one to the next, Enter opens, plus, minus and 0 change the size"
        aria-activedescendant={chosen ? `${id}-${spots.indexOf(chosen)}` : undefined}
        onKeyDown={key}
        {...handlers}
        onClick={(event) => {
          if (dragged()) return;
          const found = (event.target as Element).closest("[data-node]");
          onSelect(found?.getAttribute("data-node") ?? null);
        }}
        onDoubleClick={(event) => {
          const name = (event.target as Element).closest("[data-node]")?.getAttribute("data-node");
          const found = spots.find((each) => each.node.node === name);
          if (found) onOpen(found.node);
        }}
      >
        <div className="sr-only">
          {spots.map(({ node }, index) => (
            <div
              key={node.node}
              id={`${id}-${index}`}
              role="option"
              aria-selected={selected === node.node}
            >
              {KIND_LOOKS[node.kind].word}: {node.title}
              {node.kind === "intent" ? `, ${noteOf(node)}` : ""}
            </div>
          ))}
        </div>
        <svg className="graph-picture" aria-hidden="true">
          <defs>
            {DRAWN.map((each) => (
              <marker
                key={each}
                id={`${id}-${each}`}
                className={`arrow-${each}`}
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
            {network.columns.map((column) => (
              <text key={column.kind} className="network-head" x={column.x} y={14}>
                {KIND_LOOKS[column.kind].many}
              </text>
            ))}
            {network.ways.map(({ edge, d }) => (
              <path
                key={keyOf(edge)}
                className={`edge edge-${edge.relation}${dim(lit?.edges.has(keyOf(edge)) ?? true)}`}
                d={d}
                markerEnd={`url(#${id}-${edge.relation})`}
              />
            ))}
            {network.spots.map(({ node, x, y, width, height }) => (
              <g
                key={node.node}
                data-node={node.node}
                className={`node network-${toneOf(node)}${
                  selected === node.node ? " node-chosen" : ""
                }${dim(lit?.nodes.has(node.node) ?? true)}`}
                transform={`translate(${x} ${y})`}
              >
                <title>{node.title}</title>
                <rect
                  className="node-body"
                  width={width}
                  height={height}
                  rx={node.kind === "goal" ? 23 : node.kind === "resource" ? 2 : 9}
                />
                <g className="node-icon" transform="translate(12 14)">
                  <Icon
                    name={node.kind === "intent" && node.status
                      ? STAGE_LOOKS[stageOf({ status: node.status, state: node.state })].icon
                      : KIND_LOOKS[node.kind].icon}
                    size={18}
                  />
                </g>
                <text className="node-name" x={38} y={20}>{cut(node.title, 24)}</text>
                <text className="node-note" x={38} y={36}>{noteOf(node)}</text>
              </g>
            ))}
          </g>
        </svg>
      </div>
      <div className="view-tools" role="group" aria-label="Size">
        <IconButton icon="plus" label="Larger" onClick={() => zoom(1.25)} />
        <IconButton icon="minus" label="Smaller" onClick={() => zoom(0.8)} />
        <IconButton icon="scan" label="Fit" onClick={fit} />
      </div>
      <NetworkLegend network={network} />
    </div>
  );
}

/** The room that some take together. */
function union(rects: readonly Rect[]): Rect | undefined {
  if (rects.length === 0) return undefined;
  const x = Math.min(...rects.map((each) => each.x));
  const y = Math.min(...rects.map((each) => each.y));
  return {
    x,
    y,
    width: Math.max(...rects.map((each) => each.x + each.width)) - x,
    height: Math.max(...rects.map((each) => each.y + each.height)) - y,
  };
}

/** What shapes and lines mean: those that are there to be seen. */
function NetworkLegend({ network }: { network: Network }) {
  const relations = DRAWN.filter((each) => network.ways.some(({ edge }) => edge.relation === each));
  const intents = network.spots.map((each) => each.node)
    .filter((each) => each.kind === "intent" && each.status);
  const stages = [
    ...new Set(
      intents.map((each) => stageOf({ status: each.status ?? "open", state: each.state })),
    ),
  ];
  const kinds = network.columns.map((each) => each.kind).filter((each) => each !== "intent");
  return (
    <ul className="graph-legend" aria-label="Legend">
      {kinds.map((kind) => (
        <li key={kind}>
          <Icon name={KIND_LOOKS[kind].icon} size={15} />
          {KIND_LOOKS[kind].word}
        </li>
      ))}
      {stages.map((stage) => (
        <li key={stage} className={`network-legend-${stage}`}>
          <Icon name={STAGE_LOOKS[stage].icon} size={15} />
          {STAGE_LOOKS[stage].word} intent
        </li>
      ))}
      {relations.map((relation) => (
        <li key={relation}>
          <svg width="30" height="10" aria-hidden="true">
            <path className={`edge edge-${relation}`} d="M1 5h28" />
          </svg>
          {RELATIONS[relation].out}
        </li>
      ))}
    </ul>
  );
}
