import { GraphView } from "../runs/GraphView";
import type { Graph } from "../runs/layout";
import { humanise } from "../ui/format";

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
      look={({ name, state }) => {
        const bad = wrong?.has(name);
        const resource = state.Resource?.replace(/^weft:\w+:/, "");
        const note = bad ? "has a problem" : resource ?? state.Type;
        return {
          tone: bad ? "failed" : "waiting",
          icon: bad ? "alarm" : "minus",
          note: note.length > 32 ? `${note.slice(0, 31)}…` : note,
          spoken: [humanise(name), state.Type, note].join(", "),
        };
      }}
      way={({ kind }) => kind === "catch" ? "caught" : "plain"}
    />
  );
}
