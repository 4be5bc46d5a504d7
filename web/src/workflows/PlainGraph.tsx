import { GraphView } from "../runs/GraphView";
import type { Graph } from "../runs/layout";
import { humanise } from "../ui/format";
import { Icon } from "../ui/Icon";

/** A definition as a picture, of which nothing has run. */
export function PlainGraph({ graph, selected, onSelect, wrong }: {
  graph: Graph;
  selected: string | null;
  onSelect: (name: string | null) => void;
  wrong?: ReadonlySet<string>;
}) {
  return (
    <GraphView
      graph={graph}
      selected={selected}
      onSelect={onSelect}
      look={({ name, state, inner }) => {
        const bad = wrong?.has(name);
        const resource = state.Resource?.replace(/^weft:\w+:/, "");
        // What holds others bears its type already.
        const note = bad ? "has a problem" : resource ?? (inner.length > 0 ? "" : state.Type);
        return {
          tone: bad ? "failed" : "waiting",
          icon: bad ? "alarm" : "minus",
          note: note.length > 32 ? `${note.slice(0, 31)}…` : note,
          spoken: [humanise(name), state.Type, note].filter(Boolean).join(", "),
        };
      }}
      way={({ kind }) => kind === "catch" ? "caught" : "plain"}
      legend={
        <ul className="graph-legend" aria-label="Legend">
          <li>
            <i className="legend-line legend-plain" />
            What comes next
          </li>
          {graph.lines.some(({ kind }) => kind === "catch") && (
            <li>
              <i className="legend-line legend-error" />
              On an error
            </li>
          )}
          {wrong && wrong.size > 0 && (
            <li className="legend-failed">
              <Icon name="alarm" size={15} />
              Has a problem
            </li>
          )}
        </ul>
      }
    />
  );
}
