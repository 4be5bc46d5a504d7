import { useMemo } from "react";
import { usePageActions } from "../shell/actions";
import { useEscape } from "../shell/keys";
import { Link, navigate, setQuery, useLocation } from "../shell/router";
import { Check } from "../ui/Field";
import { useNarrow } from "../ui/narrow";
import { Empty, Failure, Skeleton } from "../ui/States";
import { intentScreen } from "./api";
import { KIND_LOOKS, useGraph } from "./Edges";
import { IntentsArea } from "./IntentsArea";
import { around, keyOf, KINDS, living, network, only, wayTo } from "./network";
import { NetworkList } from "./NetworkList";
import { NetworkView } from "./NetworkView";
import { NodePanel, useImpact } from "./NodePanel";
import type { GraphNode, NodeKind } from "./types";

/** How goals, intents, agents and resources hang together. */
export function GraphPage() {
  const { query } = useLocation();
  const narrow = useNarrow();
  const found = useGraph();
  const hidden = useMemo(
    () => new Set((query.get("without") ?? "").split(",").filter(Boolean) as NodeKind[]),
    [query],
  );
  const selected = query.get("node");
  const closed = query.has("closed");
  const shown = useMemo(
    () => found.data && (closed ? found.data : living(found.data, selected)),
    [found.data, closed, selected],
  );
  const graph = useMemo(
    () => shown && only(shown, new Set(KINDS.filter((each) => !hidden.has(each)))),
    [shown, hidden],
  );
  const drawn = useMemo(() => graph && graph.nodes.length > 0 ? network(graph) : null, [graph]);
  const node = found.data?.nodes.find((each) => each.node === selected);
  const asList = narrow || query.get("view") === "list";
  const shows = query.get("show") === "impact" ? "impact" : "near";
  const impact = useImpact(node && shows === "impact" ? node.node : null).data;
  const goal = query.get("to");
  const way = useMemo(
    () => found.data && node && goal ? wayTo(found.data.edges, node.node, goal) : [],
    [found.data, node, goal],
  );
  const lit = useMemo(() => {
    if (!graph || !node) return null;
    const nodes = way.length > 0
      ? new Set(way)
      : shows === "impact" && impact
      ? new Set(impact.nodes.map((each) => each.node))
      : around(graph.edges, node.node);
    const step = new Set(way.slice(1).map((each, index) => `${way[index]} ${each}`));
    const edges = graph.edges.filter((edge) =>
      way.length > 0
        ? step.has(`${edge.from} ${edge.to}`) || step.has(`${edge.to} ${edge.from}`)
        : shows === "impact"
        ? nodes.has(edge.from) && nodes.has(edge.to)
        : edge.from === node.node || edge.to === node.node
    );
    return { nodes, edges: new Set(edges.map(keyOf)) };
  }, [graph, node, way, impact, shows]);
  const select = (name: string | null) => setQuery({ node: name, ...(name ? {} : { to: null }) });
  const open = (each: GraphNode) =>
    each.kind === "intent"
      ? navigate(intentScreen(each.key))
      : each.kind === "agent"
      ? navigate(`/agents/${encodeURIComponent(each.key)}`)
      : undefined;
  useEscape(() => navigate("/intents"), 0);
  useEscape(() => select(null), 1, selected !== null);
  useEscape(() => setQuery({ to: null }), 2, goal !== null);
  usePageActions([
    {
      id: "view",
      label: asList ? "Show the graph as a picture" : "Show the graph as a list",
      icon: "flow",
      key: "v",
      run: () => setQuery({ view: asList ? null : "list" }),
    },
    ...(node
      ? [{
        id: "impact",
        label: shows === "impact" ? "Show what is around it" : "Show what suffers when it fails",
        icon: "alarm" as const,
        key: "i",
        run: () => setQuery({ show: shows === "impact" ? null : "impact" }),
      }]
      : []),
  ]);
  return (
    <IntentsArea
      title="Intent graph"
      lead="What serves which goal, what it depends on, what it touches, and who acted for it"
    >
      {found.loading && (
        <div className="card">
          <Skeleton lines={8} tall />
        </div>
      )}
      {found.error !== null && (
        <div className="card">
          <Failure error={found.error} retry={found.refresh} />
        </div>
      )}
      {found.data && found.data.nodes.length === 0 && (
        <div className="card">
          <Empty
            icon="flow"
            title="Nothing hangs together yet"
            action={<Link className="button" to="/intents/new">Declare an intent</Link>}
          >
            Edges from intents to goals, to other intents and to resources make the graph.
          </Empty>
        </div>
      )}
      {found.data && found.data.nodes.length > 0 && (
        <>
          <div className="filters">
            <div className="filter-fields">
              <div className="chips" role="group" aria-label="Kinds">
                {KINDS.map((kind) => {
                  const on = !hidden.has(kind);
                  const number = shown?.nodes.filter((each) => each.kind === kind).length;
                  return (
                    <button
                      key={kind}
                      type="button"
                      className="chip"
                      aria-pressed={on}
                      onClick={() =>
                        setQuery({
                          without: KINDS.filter((each) => each === kind ? on : hidden.has(each))
                            .join(","),
                        })}
                    >
                      {KIND_LOOKS[kind].many} <span className="num">{number}</span>
                    </button>
                  );
                })}
              </div>
              <Check
                label="Closed intents too"
                checked={closed}
                onChange={(event) => setQuery({ closed: event.target.checked ? "1" : null })}
              />
              {node && (
                <div className="chips" role="group" aria-label="Stands out">
                  {([["near", "Around it"], ["impact", "When it fails"]] as const).map((
                    [value, word],
                  ) => (
                    <button
                      key={value}
                      type="button"
                      className="chip"
                      aria-pressed={shows === value}
                      onClick={() => setQuery({ show: value === "near" ? null : value })}
                    >
                      {word}
                    </button>
                  ))}
                </div>
              )}
              {!narrow && (
                <div className="chips" role="group" aria-label="View">
                  {([["", "Picture"], ["list", "List"]] as const).map(([value, word]) => (
                    <button
                      key={word}
                      type="button"
                      className="chip"
                      aria-pressed={asList === (value === "list")}
                      onClick={() => setQuery({ view: value })}
                    >
                      {word}
                    </button>
                  ))}
                </div>
              )}
            </div>
          </div>
          {found.data.cut && (
            <p className="notice" role="status">
              There is more than is shown. Open an intent, and go on from there.
            </p>
          )}
          {selected !== null && !node && (
            <p className="notice" role="status">
              <code className="wrap">{selected}</code>{" "}
              is not in the graph{found.data.cut ? " as far as it is shown" : ""}.
            </p>
          )}
          <div className={node ? "network-split network-split-open" : "network-split"}>
            <div className="card card-flush">
              {!drawn && (
                <Empty icon="filter" title="All kinds are hidden">Show one of them again.</Empty>
              )}
              {drawn && !asList && (
                <NetworkView
                  network={drawn}
                  selected={node?.node ?? null}
                  way={way}
                  lit={lit}
                  onSelect={select}
                  onOpen={open}
                />
              )}
              {graph && drawn && asList && (
                <NetworkList
                  graph={graph}
                  selected={node?.node ?? null}
                  lit={lit?.nodes ?? null}
                  onSelect={select}
                />
              )}
            </div>
            {node && <NodePanel graph={found.data} node={node} way={way} goal={goal} />}
          </div>
        </>
      )}
    </IntentsArea>
  );
}
