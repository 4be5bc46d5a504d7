import { type ReactNode, useMemo } from "react";
import { humanise } from "../ui/format";
import { Icon, type IconName } from "../ui/Icon";
import { PictureFrame } from "../ui/PictureFrame";
import { labelPlaces } from "./labels";
import { type Graph, type Line, path, type Placed } from "./layout";
import { flatten } from "./places";

/** What is to be seen of a state: a tone, a shape, and words. */
export interface Look {
  tone: string;
  icon: IconName;
  note: string;
  /** What a screen reader says of it. */
  spoken: string;
  /** Short marks in its corner, as "A" and "B". */
  marks?: { text: string; tone: string }[];
}

/** How a way between two states is drawn. */
export type Way = "plain" | "caught" | "taken" | "a" | "b";

interface Props {
  graph: Graph;
  selected: string | null;
  onSelect: (name: string | null) => void;
  /** The state that is to be in sight while none is selected. */
  attention?: string | undefined;
  look: (node: Placed) => Look;
  way: (line: Line) => Way;
  legend?: ReactNode;
}

const NOWHERE = { x: 0, y: 0, width: 0, height: 0 };

/** What a small picture has around it; a large one has all the height there is. */
const AROUND = 80;

const WAYS: Way[] = ["plain", "caught", "taken", "a", "b"];

/** A workflow as boxes and arrows. */
export function GraphView(props: Props) {
  const { graph, selected, onSelect, attention, look, way, legend } = props;
  const places = useMemo(() => flatten(graph), [graph]);
  const picture = useMemo(() => {
    const top = Math.min(...graph.nodes.map((each) => each.y));
    const start = graph.nodes.find((each) => each.y === top);
    return { width: graph.width, height: graph.height, start: start ?? NOWHERE };
  }, [graph]);
  const order = useMemo(
    () => [...places.values()].sort((a, b) => a.y - b.y || a.x - b.x),
    [places],
  );
  return (
    <PictureFrame
      label="States; arrow keys go from one to the next, plus, minus and 0 change the size"
      maxHeight={Math.max(220, graph.height + AROUND)}
      picture={picture}
      spots={order.map(({ node, ...rect }) => ({
        ...rect,
        name: node.name,
        spoken: look(node).spoken,
      }))}
      attribute="data-state"
      selected={selected}
      shown={places.get(selected ?? "")}
      attention={places.get(attention ?? "")}
      arrows={WAYS}
      onSelect={onSelect}
      legend={legend}
    >
      {(arrow) => <Machine graph={graph} selected={selected} look={look} way={way} arrow={arrow} />}
    </PictureFrame>
  );
}

interface MachineProps extends Pick<Props, "graph" | "selected" | "look" | "way"> {
  arrow: (sort: string) => string;
}

function Machine({ graph, ...rest }: MachineProps) {
  const keyOf = (line: Line) => `${line.from}>${line.to}>${line.kind}`;
  const labels = graph.lines.flatMap((line) => {
    const kind = rest.way(line);
    const side = kind === "a" || kind === "b" ? kind.toUpperCase() : "";
    const words = [side, line.label].filter(Boolean).join(": ");
    return words ? [{ line, words, text: cut(words, 26) }] : [];
  });
  const at = labelPlaces(labels);
  return (
    <>
      {graph.lines.map((line) => {
        const kind = rest.way(line);
        return (
          <path
            key={keyOf(line)}
            className={`edge edge-${kind}`}
            d={path(line)}
            markerEnd={rest.arrow(kind)}
          />
        );
      })}
      {graph.nodes.map((node) => <Node key={node.name} node={node} {...rest} />)}
      {labels.map(({ line, words, text }, index) => (
        <text key={keyOf(line)} className="edge-label" x={at[index]?.x} y={at[index]?.y}>
          {words !== text && <title>{words}</title>}
          {text}
        </text>
      ))}
    </>
  );
}

interface NodeProps extends Omit<MachineProps, "graph"> {
  node: Placed;
}

function Node({ node, ...rest }: NodeProps) {
  const { tone, icon, note, marks = [] } = rest.look(node);
  const holds = node.inner.length > 0;
  const names = ["node", `node-${tone}`];
  if (rest.selected === node.name) names.push("node-chosen");
  if (holds) names.push("node-holds");
  return (
    <g
      data-state={node.name}
      className={names.join(" ")}
      transform={`translate(${node.x} ${node.y})`}
    >
      <title>{`${node.name} (${node.state.Type})`}</title>
      <rect className="node-body" width={node.width} height={node.height} rx={9} />
      <g className="node-icon" transform="translate(12 12)">
        <Icon name={icon} size={18} />
      </g>
      <text className="node-name" x={38} y={holds ? 26 : 22}>
        {cut(humanise(node.name), marks.length > 1 ? 18 : 22)}
      </text>
      <text
        className={holds ? "node-note node-end" : "node-note"}
        x={holds ? node.width - 14 - marks.length * 20 : 38}
        y={holds ? 26 : 39}
      >
        {holds ? [node.state.Type, note].filter(Boolean).join(", ") : note}
      </text>
      {marks.map((mark, index) => (
        <g
          key={mark.text}
          className={`node-mark node-mark-${mark.tone}`}
          transform={`translate(${node.width - 22 * (marks.length - index)} 6)`}
        >
          <rect width={18} height={18} rx={5} />
          <text x={9} y={13}>{mark.text}</text>
        </g>
      ))}
      {node.inner.map((part, index) => (
        <g key={index} transform={`translate(${part.x} ${part.y})`}>
          <Machine graph={part.graph} {...rest} />
        </g>
      ))}
    </g>
  );
}

export const cut = (text: string, length: number) =>
  text.length > length ? `${text.slice(0, length - 1)}…` : text;
