import assert from "node:assert/strict";
import type { Run } from "../src/api/types";
import { pairs, parting, tally, ways } from "../src/runs/compare";
import { depth, visits } from "../src/runs/steps";
import { moved, rows, ticks, unfolded, zoomed } from "../src/runs/timeline";

/** A history in short: the time in milliseconds, the type, what it came from, and its details. */
type Short = [number, string, number, Record<string, unknown>?];

const START = Date.parse("2026-11-21T08:00:00Z");

function run(events: Short[], status: Run["status"] = "SUCCEEDED", end?: number): Run {
  const history = events.map(([at, type, previousEventId, details], index) => ({
    id: index + 1,
    type,
    timestamp: new Date(START + at).toISOString(),
    previousEventId,
    ...(details ? { someEventDetails: details } : {}),
  }));
  const last = events[events.length - 1]?.[0] ?? 0;
  return {
    id: "r",
    workflow: "w",
    status,
    startedAt: new Date(START).toISOString(),
    endedAt: status === "RUNNING" ? null : new Date(START + (end ?? last)).toISOString(),
    history,
  };
}

// Two iterations one after the other, as MaxConcurrency 1 does it: the second begins after the first.
const MAP: Short[] = [
  [0, "ExecutionStarted", 0],
  [0, "MapStateEntered", 0, { name: "Each" }],
  [0, "MapStateStarted", 2],
  [0, "MapIterationStarted", 3, { name: "Each", index: 0 }],
  [10, "PassStateEntered", 4, { name: "One", input: 1 }],
  [20, "PassStateExited", 5, { name: "One", output: 1 }],
  [20, "PassStateEntered", 6, { name: "Two" }],
  [30, "PassStateExited", 7, { name: "Two" }],
  [30, "MapIterationSucceeded", 8, { name: "Each", index: 0 }],
  [30, "MapIterationStarted", 9, { name: "Each", index: 1 }],
  [30, "PassStateEntered", 10, { name: "One", input: 2 }],
  [40, "PassStateExited", 11, { name: "One" }],
  [40, "PassStateEntered", 12, { name: "Two" }],
  [50, "PassStateExited", 13, { name: "Two" }],
  [50, "MapIterationSucceeded", 14, { name: "Each", index: 1 }],
  [50, "MapStateSucceeded", 15],
  [50, "MapStateExited", 16, { name: "Each" }],
  [50, "SucceedStateEntered", 17, { name: "Done" }],
  [50, "SucceedStateExited", 18, { name: "Done" }],
  [50, "ExecutionSucceeded", 19],
];

Deno.test("the steps of a Map's iterations lie within it, each with its iteration's number", () => {
  const found = visits(run(MAP));
  assert.deepEqual(
    found.map((
      each,
    ) => [each.name, each.parent?.name ?? null, each.index, depth(each), each.state]),
    [
      ["Each", null, null, 0, "done"],
      ["One", "Each", 0, 1, "done"],
      ["Two", "Each", 0, 1, "done"],
      ["One", "Each", 1, 1, "done"],
      ["Two", "Each", 1, 1, "done"],
      ["Done", null, null, 0, "done"],
    ],
  );
  assert.deepEqual([...ways(found)].sort(), ["Each>Done", "One>Two"]);
});

Deno.test("rows follow the tree, count iterations, and fold", () => {
  const made = run(MAP);
  const all = rows(made, visits(made), 0);
  assert.deepEqual(
    all.map((each) => [each.visit.name, each.depth, each.lanes, each.from, each.to]),
    [
      ["Each", 0, 2, 0, 50],
      ["One", 1, 0, 10, 20],
      ["Two", 1, 0, 20, 30],
      ["One", 1, 0, 30, 40],
      ["Two", 1, 0, 40, 50],
      ["Done", 0, 0, 50, 50],
    ],
  );
  assert.deepEqual(unfolded(all, new Set([2])).map((each) => each.visit.name), ["Each", "Done"]);
});

const RETRIED: Short[] = [
  [0, "ExecutionStarted", 0],
  [0, "TaskStateEntered", 0, { name: "Call", input: {} }],
  [5, "TaskScheduled", 2],
  [5, "TaskStarted", 3],
  [15, "TaskFailed", 4, { error: "Busy", cause: "later" }],
  [1015, "TaskScheduled", 5],
  [1015, "TaskStarted", 6],
  [1020, "TaskSucceeded", 7, { output: "ok" }],
  [1020, "TaskStateExited", 8, { name: "Call", output: "ok" }],
  [1020, "ExecutionSucceeded", 9],
];

Deno.test("a retried task shows both tries and the pause between them", () => {
  const made = run(RETRIED);
  const found = visits(made);
  assert.equal(found[0]?.attempts.length, 2);
  assert.equal(found[0]?.attempts[0]?.error, "Busy");
  assert.equal(found[0]?.state, "done");
  assert.deepEqual(rows(made, found, 0)[0]?.parts, [
    { from: 5, to: 15, kind: "failed" },
    { from: 15, to: 1015, kind: "pause" },
    { from: 1015, to: 1020, kind: "succeeded" },
  ]);
});

Deno.test("a pause that is still going on lasts until now", () => {
  const made = run(RETRIED.slice(0, 5), "RUNNING");
  assert.deepEqual(rows(made, visits(made), START + 500)[0]?.parts[1], {
    from: 15,
    to: 500,
    kind: "pause",
  });
});

Deno.test("two runs are put side by side, and where they part is said", () => {
  const one = visits(run([
    [0, "ExecutionStarted", 0],
    [0, "ChoiceStateEntered", 0, { name: "Fits", input: { big: false } }],
    [0, "ChoiceStateExited", 2, { name: "Fits", output: { big: false } }],
    [0, "TaskStateEntered", 3, { name: "Book" }],
    [9, "TaskStateExited", 4, { name: "Book" }],
    [9, "PassStateEntered", 5, { name: "Tell" }],
    [9, "PassStateExited", 6, { name: "Tell" }],
  ]));
  const two = visits(run([
    [0, "ExecutionStarted", 0],
    [0, "ChoiceStateEntered", 0, { name: "Fits", input: { big: true } }],
    [0, "ChoiceStateExited", 2, { name: "Fits", output: { big: true } }],
    [0, "PassStateEntered", 3, { name: "Refuse" }],
    [0, "PassStateExited", 4, { name: "Refuse" }],
    [9, "PassStateEntered", 5, { name: "Tell" }],
    [9, "PassStateExited", 6, { name: "Tell" }],
  ]));
  const all = pairs(one, two);
  assert.deepEqual(all.map((each) => [each.a?.name ?? "", each.b?.name ?? "", each.differs]), [
    ["Fits", "Fits", ["input", "output"]],
    ["Book", "", []],
    ["", "Refuse", []],
    ["Tell", "Tell", []],
  ]);
  const where = parting(all);
  assert.deepEqual([where?.after?.name, where?.a?.name, where?.b?.name], [
    "Fits",
    "Book",
    "Refuse",
  ]);
  assert.deepEqual(tally(all), { both: 2, onlyA: 1, onlyB: 1, differ: 1 });
  assert.equal(parting(pairs(one, one)), null);
});

Deno.test("iterations are compared by their number", () => {
  const shorter = MAP.filter((_, index) => index < 9).concat([
    [50, "MapStateSucceeded", 9],
    [50, "MapStateExited", 10, { name: "Each" }],
  ]);
  const all = pairs(visits(run(MAP)), visits(run(shorter)));
  assert.deepEqual(
    all.map((each) => `${each.depth} ${each.a?.name ?? "-"} ${each.b?.name ?? "-"}`),
    [
      "0 Each Each",
      "1 One One",
      "1 Two Two",
      "1 One -",
      "1 Two -",
      "0 Done -",
    ],
  );
});

Deno.test("marks on the ruler are round, few, and within what is shown", () => {
  assert.deepEqual(ticks({ from: 0, to: 1000 }, 5), [0, 200, 400, 600, 800, 1000]);
  assert.deepEqual(ticks({ from: 61_000, to: 200_000 }, 5), [90_000, 120_000, 150_000, 180_000]);
  assert.deepEqual(ticks({ from: 0, to: 86_400_000 }, 4).map((each) => each / 3_600_000), [
    0,
    6,
    12,
    18,
    24,
  ]);
});

Deno.test("looking closer keeps the place under the pointer, and never leaves the run", () => {
  const all = { from: 0, to: 1000 };
  assert.deepEqual(zoomed(all, all, 0.5, 500), { from: 250, to: 750 });
  assert.deepEqual(zoomed(all, all, 0.5, 0), { from: 0, to: 500 });
  assert.deepEqual(zoomed({ from: 900, to: 1000 }, all, 100, 950), all);
  assert.deepEqual(moved({ from: 900, to: 1000 }, all, 0.5), { from: 900, to: 1000 });
});

Deno.test("every state that AWS recorded as entered becomes one visit", () => {
  const folder = Deno.env.get("WEFT_DATA") ?? "../../shared/data";
  let text: string;
  try {
    text = Deno.readTextFileSync(`${folder}/asl/aws-recorded.jsonl`);
  } catch {
    console.log(`no reference data at ${folder}: skipped`);
    return;
  }
  for (const line of text.split("\n").filter(Boolean)) {
    const one = JSON.parse(line);
    const found = visits({
      ...run([]),
      status: one.final ?? "SUCCEEDED",
      history: one.history,
    });
    const entered = one.history.filter((each: { type: string }) =>
      each.type.endsWith("StateEntered")
    );
    assert.deepEqual(
      found.map((each) => each.name),
      entered.map((each: { stateEnteredEventDetails: { name: string } }) =>
        each.stateEnteredEventDetails.name
      ),
      one.id,
    );
    const exited = one.history.filter((each: { type: string }) =>
      each.type.endsWith("StateExited")
    );
    assert.equal(found.filter((each) => each.exitedEvent !== null).length, exited.length);
    // What holds a state is a Parallel or a Map of the definition.
    for (const each of found) {
      if (each.parent) assert.match(each.parent.kind, /^(Parallel|Map)$/);
    }
  }
});

Deno.test("a step that starts a run leads to it", () => {
  const from = { resource: "startExecution.sync:2", resourceType: "states" };
  const [visit] = visits(run([
    [0, "ExecutionStarted", 0],
    [0, "TaskStateEntered", 0, { name: "Pick" }],
    [0, "TaskScheduled", 2, { ...from, parameters: { StateMachineArn: "pick" } }],
    [0, "TaskStarted", 3, from],
    [5, "TaskSubmitted", 4, { ...from, output: { ExecutionArn: "the-child" } }],
  ], "RUNNING"));
  assert.equal(visit?.attempts[0]?.child, "the-child");
  assert.equal(visit?.attempts[0]?.outcome, "running");
});
