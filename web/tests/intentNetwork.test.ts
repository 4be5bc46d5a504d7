import assert from "node:assert/strict";
import {
  around,
  keyOf,
  living,
  named,
  network,
  only,
  suffers,
  tree,
  wayTo,
} from "../src/intents/network";
import type { Edge, GraphNode, NodeKind } from "../src/intents/types";

const node = (name: string): GraphNode => ({
  node: name,
  kind: name.split(":")[0] as NodeKind,
  key: name.split(":")[1] ?? "",
  title: name,
  depth: 0,
  status: name.startsWith("intent") ? "open" : null,
  state: name.startsWith("intent") ? "holds" : null,
});
const edge = (from: string, relation: Edge["relation"], to: string): Edge => ({
  from,
  relation,
  to,
});

const SMALL = {
  nodes: ["goal:g", "intent:a", "intent:b", "agent:x", "resource:van"].map(node),
  edges: [
    edge("intent:a", "serves", "goal:g"),
    edge("intent:a", "depends-on", "intent:b"),
    edge("intent:b", "touches", "resource:van"),
    edge("agent:x", "touches", "resource:van"),
    edge("intent:a", "acted-by", "agent:x"),
  ],
};

Deno.test("what is wanted stands left of what it needs", () => {
  const drawn = network(SMALL);
  const x = (name: string) => drawn.spots.find((each) => each.node.node === name)?.x ?? NaN;
  const order = ["goal:g", "intent:a", "intent:b", "agent:x", "resource:van"].map(x);
  assert.deepEqual(order, [...order].sort((a, b) => a - b));
  assert.equal(new Set(order).size, 5);
  assert.equal(drawn.ways.length, 5);
  assert.deepEqual(drawn.columns.map((each) => each.kind), [
    "goal",
    "intent",
    "agent",
    "resource",
  ]);
});

Deno.test("a circle of two relations together still ends", () => {
  const drawn = network({
    nodes: ["intent:a", "intent:b"].map(node),
    edges: [
      edge("intent:a", "serves", "intent:b"),
      edge("intent:a", "depends-on", "intent:b"),
    ],
  });
  assert.equal(drawn.spots.length, 2);
  assert.ok(drawn.ways.every((each) => !each.d.includes("NaN")));
});

Deno.test("two hundred nodes lie beside each other, inside the picture", () => {
  const nodes = Array.from({ length: 200 }, (_, index) =>
    node(
      index < 12
        ? `goal:${index}`
        : index < 130
        ? `intent:${index}`
        : index < 140
        ? `agent:${index}`
        : `resource:${index}`,
    ));
  const names = nodes.map((each) => each.node);
  const edges = names.flatMap((name, index) =>
    name.startsWith("intent")
      ? [
        edge(name, "serves", `goal:${index % 12}`),
        edge(name, "touches", `resource:${140 + (index * 7) % 60}`),
        edge(name, "acted-by", `agent:${130 + index % 10}`),
        ...(index % 5 === 0 && index > 20 ? [edge(name, "depends-on", `intent:${index - 3}`)] : []),
      ]
      : []
  );
  const drawn = network({ nodes, edges });
  assert.equal(drawn.spots.length, 200);
  drawn.spots.forEach((one, index) => {
    assert.ok(one.x >= 0 && one.x + one.width <= drawn.width);
    assert.ok(one.y >= 0 && one.y + one.height <= drawn.height + 0.01);
    for (const other of drawn.spots.slice(index + 1)) {
      const apart = one.x !== other.x ||
        Math.abs(one.y - other.y) >= one.height - 0.01;
      assert.ok(apart, `${one.node.node} lies upon ${other.node.node}`);
    }
  });
  assert.equal(tree({ nodes, edges }).filter((each) => each.level === 0).length, 12);
});

Deno.test("failures reach what depends, touches and is served", () => {
  const { edges } = SMALL;
  assert.deepEqual(new Set(suffers(edges, "resource:van")), new Set(["intent:b", "agent:x"]));
  assert.deepEqual(wayTo(edges, "resource:van", "goal:g").length, 4);
  assert.deepEqual(wayTo(edges, "intent:b", "goal:g"), ["intent:b", "intent:a", "goal:g"]);
  assert.deepEqual(wayTo(edges, "goal:g", "intent:a"), []);
  assert.deepEqual(around(edges, "goal:g"), new Set(["goal:g", "intent:a"]));
});

Deno.test("only some kinds, and no edge into nowhere", () => {
  const some = only(SMALL, new Set<NodeKind>(["goal", "intent"]));
  assert.equal(some.nodes.length, 3);
  assert.deepEqual(some.edges.map(keyOf), [
    "intent:a serves goal:g",
    "intent:a depends-on intent:b",
  ]);
});

Deno.test("closed intents go, with what only they had to do with", () => {
  const graph = {
    nodes: SMALL.nodes.map((each) =>
      each.node === "intent:b" ? { ...each, status: "met" as const } : each
    ),
    edges: SMALL.edges.filter((each) => !each.from.startsWith("agent")),
  };
  const names = (kept: string | null) => living(graph, kept).nodes.map((each) => each.node);
  assert.deepEqual(names(null), ["goal:g", "intent:a", "agent:x"]);
  assert.deepEqual(names("intent:b").length, 5);
});

Deno.test("as a list each node hangs on what is left of it, and is opened once", () => {
  const rows = tree(SMALL).map((each) => `${" ".repeat(each.level)}${each.node.node}`);
  assert.deepEqual(rows, [
    "goal:g",
    " intent:a",
    "  intent:b",
    "   resource:van",
    "  agent:x",
    "   resource:van",
  ]);
  const twice = tree({
    nodes: ["goal:g", "goal:h", "intent:a", "intent:b"].map(node),
    edges: [
      edge("intent:a", "serves", "goal:g"),
      edge("intent:a", "serves", "goal:h"),
      edge("intent:a", "depends-on", "intent:b"),
    ],
  });
  assert.deepEqual(twice.map((each) => each.again), [false, false, false, false, true]);
  // What is only in a circle is still there.
  const circle = tree({
    nodes: ["intent:a", "intent:b"].map(node),
    edges: [
      edge("intent:a", "depends-on", "intent:b"),
      edge("intent:b", "depends-on", "intent:a"),
    ],
  });
  assert.equal(new Set(circle.map((each) => each.node.node)).size, 2);
});

Deno.test("agents have the name of their pages, unless somebody gave them another", () => {
  const agent = { ...node("agent:weft.conscience"), title: "weft.conscience" };
  const titled = { ...node("agent:a.b"), title: "The second" };
  const goal = { ...node("goal:a.b"), title: "a.b" };
  const found = named({ nodes: [agent, titled, goal], edges: [], cut: false });
  assert.deepEqual(found.nodes.map((each) => each.title), ["Conscience", "The second", "a.b"]);
});
