import assert from "node:assert/strict";
import type { Machine } from "../src/runs/definition";
import { type Graph, layout } from "../src/runs/layout";
import { flatten } from "../src/runs/places";
import { nearest } from "../src/ui/sight";
import { union } from "../src/runs/compare";

const pass = (Next?: string) => Next ? { Type: "Pass", Next } : { Type: "Pass", End: true };

/** No two states of a level lie upon each other, all lie within, and so do those that they hold. */
function tidy(graph: Graph, where: string) {
  graph.nodes.forEach((one, index) => {
    assert.ok(
      one.x >= -0.01 && one.x + one.width <= graph.width + 0.01,
      `${where}: ${one.name} is out`,
    );
    assert.ok(
      one.y >= 0 && one.y + one.height <= graph.height + 0.01,
      `${where}: ${one.name} is out`,
    );
    for (const other of graph.nodes.slice(index + 1)) {
      const apart = one.x + one.width <= other.x + 0.01 || other.x + other.width <= one.x + 0.01 ||
        one.y + one.height <= other.y + 0.01 || other.y + other.height <= one.y + 0.01;
      assert.ok(apart, `${where}: ${one.name} lies upon ${other.name}`);
    }
    for (const part of one.inner) {
      assert.ok(
        part.x + part.graph.width <= one.width + 0.01,
        `${where}: ${one.name} is too narrow`,
      );
      assert.ok(
        part.y + part.graph.height <= one.height + 0.01,
        `${where}: ${one.name} is too low`,
      );
      tidy(part.graph, where);
    }
  });
  for (const { from, to, points, back } of graph.lines) {
    assert.ok(points.length >= 2, `${where}: ${from} to ${to} has no way`);
    for (const { x, y } of points) {
      const inside = x >= 0 && x <= graph.width && y >= 0 && y <= graph.height + 0.01;
      assert.ok(inside, `${where}: the way from ${from} to ${to} is out`);
    }
    const [first, last] = [points[0], points[points.length - 1]];
    if (!back && first && last) assert.ok(last.y >= first.y, `${where}: ${from} to ${to} goes up`);
  }
}

Deno.test("a state stands below what leads to it, and a way back leads around", () => {
  const machine: Machine = {
    StartAt: "A",
    States: {
      A: pass("B"),
      B: { Type: "Choice", Choices: [{ Next: "A" }, { Next: "C" }], Default: "D" },
      C: pass("D"),
      D: { Type: "Succeed" },
    },
  };
  const graph = layout(machine);
  const y = new Map(graph.nodes.map((each) => [each.name, each.y]));
  assert.ok(y.get("A")! < y.get("B")! && y.get("B")! < y.get("C")! && y.get("C")! < y.get("D")!);
  assert.deepEqual(graph.lines.filter((each) => each.back).map((each) => [each.from, each.to]), [
    ["B", "A"],
  ]);
  tidy(graph, "loop");
});

Deno.test("branches lie beside each other within their Parallel", () => {
  const graph = layout({
    StartAt: "P",
    States: {
      P: {
        Type: "Parallel",
        Branches: [
          { StartAt: "L", States: { L: pass() } },
          { StartAt: "R", States: { R: pass("S"), S: pass() } },
        ],
        End: true,
      },
    },
  });
  tidy(graph, "branches");
  const places = flatten(graph);
  assert.deepEqual([...places.keys()], ["P", "L", "R", "S"]);
  assert.ok(places.get("L")!.x < places.get("R")!.x);
  const order = [...places.values()].sort((a, b) => a.y - b.y || a.x - b.x);
  const at = (name: string) => order.findIndex((each) => each.node.name === name);
  assert.equal(nearest(order, places.get("L")!, "ArrowRight"), at("R"));
  assert.equal(nearest(order, places.get("R")!, "ArrowDown"), at("S"));
});

Deno.test("machines made at random are laid out tidily", () => {
  let seed = 3;
  const random = (below: number) => (seed = (seed * 1103515245 + 12345) % 2147483648) % below;
  let number = 0;
  const machine = (depth: number): Machine => {
    const names = Array.from({ length: 1 + random(7) }, () => `S${number++}`);
    const any = () => names[random(names.length)]!;
    const States: Machine["States"] = {};
    for (const name of names) {
      const kind = random(depth > 0 ? 5 : 3);
      States[name] = kind === 0
        ? { Type: "Choice", Choices: [{ Next: any() }, { Next: any() }], Default: any() }
        : kind === 1
        ? { Type: "Task", Next: any(), Catch: [{ ErrorEquals: ["States.ALL"], Next: any() }] }
        : kind === 2
        ? { Type: "Succeed" }
        : kind === 3
        ? { Type: "Parallel", Branches: [machine(depth - 1), machine(depth - 1)], Next: any() }
        : { Type: "Map", ItemProcessor: machine(depth - 1), Next: any() };
    }
    return { StartAt: names[0]!, States };
  };
  for (let round = 0; round < 400; round++) tidy(layout(machine(2)), `round ${round}`);
});

Deno.test("two versions as one picture have the states and the ways of both", () => {
  const one: Machine = { StartAt: "A", States: { A: pass("B"), B: pass() } };
  const two: Machine = { StartAt: "A", States: { A: pass("C"), C: pass() } };
  const graph = layout(union(one, two));
  assert.deepEqual(graph.nodes.map((each) => each.name).sort(), ["A", "B", "C"]);
  assert.deepEqual(graph.lines.map((each) => `${each.from}>${each.to}`).sort(), ["A>B", "A>C"]);
  assert.equal(union(one, one), one);
});

Deno.test("every definition that AWS ran is laid out tidily", () => {
  const folder = Deno.env.get("WEFT_DATA") ?? "../../shared/data";
  let text: string;
  try {
    text = Deno.readTextFileSync(`${folder}/asl/aws-recorded.jsonl`);
  } catch {
    console.log(`no reference data at ${folder}: skipped`);
    return;
  }
  for (const line of text.split("\n").filter(Boolean)) {
    const { id, definition } = JSON.parse(line);
    tidy(layout(definition), id);
  }
});
