import { Link, setQuery } from "../shell/router";
import { IconButton } from "../ui/Button";
import { SelectField } from "../ui/Field";
import { counted } from "../ui/format";
import { Icon } from "../ui/Icon";
import { Section } from "../ui/Page";
import { Failure, Skeleton } from "../ui/States";
import { GRAPH, intentScreen } from "./api";
import { KIND_LOOKS, useNamed } from "./Edges";
import { RELATIONS } from "./network";
import { noteOf } from "./NetworkView";
import type { GraphNode, IntentGraph } from "./types";

/** Everything that suffers when a node fails, as the server walks it. */
export const useImpact = (node: string | null) =>
  useNamed(
    node === null ? null : `${GRAPH}?node=${encodeURIComponent(node)}&direction=impact`,
    30_000,
  );

interface Props {
  graph: IntentGraph;
  node: GraphNode;
  way: string[];
  goal: string | null;
}

/** One node: what it hangs on, what is touched when it fails, and how that reaches a goal. */
export function NodePanel({ graph, node, way, goal }: Props) {
  const impact = useImpact(node.node);
  const titles = new Map(graph.nodes.map((each) => [each.node, each]));
  const near = graph.edges.filter((each) => each.from === node.node || each.to === node.node);
  const goals = graph.nodes.filter((each) => each.kind === "goal" && each.node !== node.node);
  const suffering = (impact.data?.nodes ?? []).filter((each) => each.node !== node.node);
  return (
    <Section
      title={node.title}
      className="node-panel"
      aside={
        <IconButton
          icon="close"
          label="Select none"
          onClick={() => setQuery({ node: null })}
        />
      }
    >
      <p className="faint with-icon">
        <Icon name={KIND_LOOKS[node.kind].icon} size={15} />
        {KIND_LOOKS[node.kind].word}
        {node.kind === "intent" && `, ${noteOf(node).toLowerCase()}`}
      </p>
      {node.kind === "intent" && <Link to={intentScreen(node.key)}>Open the intent</Link>}
      {node.kind === "agent" && (
        <Link to={`/agents/${encodeURIComponent(node.key)}`}>Open the agent</Link>
      )}
      <h3>Around it</h3>
      {near.length === 0 && <p className="faint">It stands alone.</p>}
      <ul className="edges">
        {near.map((edge) => {
          const out = edge.from === node.node;
          const other = titles.get(out ? edge.to : edge.from);
          return other && (
            <li key={`${edge.from} ${edge.relation} ${edge.to}`}>
              <span className="faint">{RELATIONS[edge.relation][out ? "out" : "in"]}</span>
              <Choose node={other} />
            </li>
          );
        })}
      </ul>
      <h3>When it fails</h3>
      {impact.loading && <Skeleton lines={2} />}
      {impact.error !== null && <Failure error={impact.error} retry={impact.refresh} />}
      {impact.data && (
        <>
          <p>
            {suffering.length === 0
              ? "Nothing else suffers."
              : `${counted(suffering.length, "other suffers", "others suffer")}:`}
          </p>
          <ul className="edges">
            {suffering.map((each) => (
              <li key={each.node}>
                <span className="faint num">
                  {each.depth === 1 ? "at once" : `${each.depth} steps`}
                </span>
                <Choose node={each} />
              </li>
            ))}
          </ul>
        </>
      )}
      {goals.length > 0 && (
        <>
          <h3>Path to a goal</h3>
          <SelectField
            label="Goal"
            hiddenLabel
            value={goal ?? ""}
            onChange={(event) => setQuery({ to: event.target.value })}
          >
            <option value="">choose a goal</option>
            {goals.map((each) => <option key={each.node} value={each.node}>{each.title}</option>)}
          </SelectField>
          {goal && way.length === 0 && <p className="faint">No path leads there.</p>}
          {way.length > 0 && (
            <ol className="way">
              {way.map((each) => {
                const found = titles.get(each);
                return found && (
                  <li key={each}>
                    <Choose node={found} />
                  </li>
                );
              })}
            </ol>
          )}
        </>
      )}
    </Section>
  );
}

function Choose({ node }: { node: GraphNode }) {
  return (
    <button
      type="button"
      className="link-button with-icon"
      onClick={() => setQuery({ node: node.node }, { push: true })}
    >
      <Icon name={KIND_LOOKS[node.kind].icon} size={15} />
      {node.title}
    </button>
  );
}
