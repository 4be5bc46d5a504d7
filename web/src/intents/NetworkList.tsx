import { useMemo } from "react";
import { Icon } from "../ui/Icon";
import { useRowKeys } from "../ui/rows";
import { KIND_LOOKS } from "./Edges";
import { STAGE_LOOKS } from "./marks";
import { tree } from "./network";
import { noteOf } from "./NetworkView";
import type { IntentGraph } from "./types";
import { stageOf } from "./words";

interface Props {
  graph: Pick<IntentGraph, "nodes" | "edges">;
  selected: string | null;
  lit: ReadonlySet<string> | null;
  onSelect: (node: string | null) => void;
}

/** The intent graph as an indented list: where there is no room for a picture, or no eye for it. */
export function NetworkList({ graph, selected, lit, onSelect }: Props) {
  const twigs = useMemo(() => tree(graph), [graph]);
  const keys = useRowKeys();
  return (
    <ul className="network-list" onKeyDown={keys} aria-label="Goals and what hangs on them">
      {twigs.map(({ node, level, said, again, key }) => (
        <li
          key={key}
          data-row=""
          className={lit && !lit.has(node.node) ? "network-row network-faded" : "network-row"}
          style={{ paddingLeft: `${Math.min(level, 5) * 18}px` }}
        >
          <button
            type="button"
            aria-pressed={selected === node.node}
            onClick={() => onSelect(selected === node.node ? null : node.node)}
          >
            <Icon
              name={node.kind === "intent" && node.status
                ? STAGE_LOOKS[stageOf({ status: node.status, state: node.state })].icon
                : KIND_LOOKS[node.kind].icon}
              size={16}
            />
            <span className="network-row-words">
              <span>
                {said && <span className="faint">{said}</span>}
                {said ? ` ${node.title}` : node.title}
              </span>
              <span className="faint">{noteOf(node)}{again ? ", see above" : ""}</span>
            </span>
          </button>
        </li>
      ))}
    </ul>
  );
}
