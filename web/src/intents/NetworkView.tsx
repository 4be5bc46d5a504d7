import { useMemo } from "react";
import { cut } from "../runs/GraphView";
import { Icon } from "../ui/Icon";
import { PictureFrame } from "../ui/PictureFrame";
import type { Rect } from "../ui/sight";
import { KIND_LOOKS } from "./Edges";
import { STAGE_LOOKS } from "./marks";
import { keyOf, type Network, RELATIONS } from "./network";
import type { GraphNode, Relation } from "./types";
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

/** The intent graph as boxes in columns. */
export function NetworkView({ network, selected, way, lit, onSelect, onOpen }: Props) {
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
  const dim = (on: boolean) => lit && !on ? " network-dim" : "";
  return (
    <PictureFrame
      label="Goals, intents, agents and resources; arrow keys go from one to the next, Enter opens, plus, minus and 0 change the size"
      className="network"
      picture={picture}
      spots={spots.map(({ node, ...rect }) => ({ ...rect, name: node.node, spoken: spoken(node) }))}
      attribute="data-node"
      selected={selected}
      shown={shown}
      arrows={DRAWN}
      onSelect={onSelect}
      onOpen={(name) => {
        const found = spots.find((each) => each.node.node === name);
        if (found) onOpen(found.node);
      }}
      legend={<NetworkLegend network={network} />}
    >
      {(arrow) => (
        <>
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
              markerEnd={arrow(edge.relation)}
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
        </>
      )}
    </PictureFrame>
  );
}

const spoken = (node: GraphNode) =>
  `${KIND_LOOKS[node.kind].word}: ${node.title}${
    node.kind === "intent" ? `, ${noteOf(node)}` : ""
  }`;

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
