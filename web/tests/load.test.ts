import assert from "node:assert/strict";
import {
  type Difference,
  differences,
  firstSides,
  readSides,
  totals,
  writeSides,
} from "../src/load/differences";
import { fateColouring } from "../src/load/colouring";
import { balance, tally, whole } from "../src/load/figures";
import { reach } from "../src/load/reach";
import { kept, readSection, remaining, writeSection } from "../src/load/section";
import type { PlacedBox, VehicleLoad } from "../src/load/types";
import { bearers, proofs } from "../src/load/why";
import { instruction, shift, where } from "../src/load/words";

const SPACE = { lengthMm: 4000, widthMm: 2000, heightMm: 2000, payloadGrams: 1_000_000 };

/** A cube of a metre for stop 1, changed. */
function box(sequence: number, x: number, y: number, z: number, more: Partial<PlacedBox> = {}) {
  return {
    sequence,
    item: "1",
    name: "Crate",
    stop: 1,
    xMm: x,
    yMm: y,
    zMm: z,
    lengthMm: 1000,
    widthMm: 1000,
    heightMm: 1000,
    weightGrams: 100_000,
    supported: 1,
    bearsGrams: 0,
    maxLoadGrams: null,
    fragile: false,
    ...more,
  } satisfies PlacedBox;
}

function vehicle(boxes: PlacedBox[], more: Partial<VehicleLoad> = {}): VehicleLoad {
  return {
    vehicle: { id: "v", name: "Van" },
    container: SPACE,
    boxes,
    volumeUtilisation: 0,
    weightUtilisation: 0,
    ...more,
  };
}

const proof = (of: PlacedBox, boxes: PlacedBox[], label: string) =>
  proofs(of, vehicle(boxes)).find((each) => each.label === label);

Deno.test("a box is reached unless a later stop's is above it or between it and the door", () => {
  const mine = box(1, 0, 0, 0);
  const cases: [PlacedBox[], boolean, number, number][] = [
    [[], true, 0, 0],
    // On it, high above it, and beside what is above it.
    [[box(2, 0, 0, 1000, { stop: 2 })], false, 1, 0],
    [[box(2, 500, 500, 1500, { stop: 2 })], false, 1, 0],
    [[box(2, 1000, 0, 1000, { stop: 2 })], true, 0, 0],
    // Before it, far before it, and aside of its way.
    [[box(2, 1000, 0, 0, { stop: 2 })], false, 0, 1],
    [[box(2, 3000, 500, 500, { stop: 3 })], false, 0, 1],
    [[box(2, 1000, 1000, 0, { stop: 2 })], true, 0, 0],
    // Its own stop's and earlier ones' come out before it.
    [[box(2, 1000, 0, 0), box(3, 0, 0, 1000)], true, 0, 0],
  ];
  for (const [others, reachable, above, before] of cases) {
    const found = reach(mine, [mine, ...others]);
    assert.deepEqual(
      [found.reachable, found.above.length, found.before.length],
      [reachable, above, before],
    );
  }
  const last = { ...mine, stop: 2 };
  assert.equal(reach(last, [last, box(2, 1000, 0, 0)]).reachable, true);
});

Deno.test("what the layout says of reaching a box counts", () => {
  const blocked = [box(1, 0, 0, 0, { reachable: true }), box(2, 1000, 0, 0, { stop: 2 })];
  assert.equal(reach(blocked[0]!, blocked).reachable, true);
  const free = box(1, 0, 0, 0, { reachable: false });
  assert.equal(reach(free, [free]).reachable, false);
  assert.match(proof(free, [free], "Reached")?.said ?? "", /cannot be reached at stop 1/);
});

Deno.test("the proof names who stands in the way, and for which stop", () => {
  const boxes = [
    box(1, 0, 0, 0),
    box(2, 0, 0, 1000, { stop: 2 }),
    box(3, 1000, 0, 0, { stop: 3 }),
    box(4, 2000, 0, 0, { stop: 2 }),
  ];
  const found = proof(boxes[0]!, boxes, "Reached");
  assert.equal(found?.holds, false);
  assert.equal(
    found?.said,
    "Not at stop 1: box 2 for stop 2 stands above it, " +
      "boxes 3 and 4 for stops 2 and 3 stand between it and the door",
  );
});

Deno.test("support is told with the boxes that bear it and their shares", () => {
  const boxes = [box(1, 0, 0, 0), box(2, 1000, 0, 0), box(3, 250, 0, 1000)];
  // 750 mm of 1000 stand on the first, 250 on the second; what only touches bears nothing.
  assert.deepEqual(
    bearers(boxes[2]!, boxes).map((each) => [each.box.sequence, each.share]),
    [[1, 0.75], [2, 0.25]],
  );
  assert.match(proof(boxes[2]!, boxes, "Supported")?.said ?? "", /box 1 75.?%, box 2 25.?%/);
  assert.equal(proof(boxes[2]!, boxes, "Supported")?.holds, true);
  assert.equal(proof({ ...boxes[2]!, supported: 0.8 }, boxes, "Supported")?.holds, null);
});

Deno.test("load borne is held against what is allowed", () => {
  const bears = (bearsGrams: number, maxLoadGrams: number | null) =>
    proof(box(1, 0, 0, 0, { bearsGrams, maxLoadGrams }), [], "Bears");
  assert.deepEqual([bears(50_000, 200_000)?.holds, bears(50_000, 200_000)?.share], [true, 0.25]);
  assert.deepEqual([bears(300_000, 200_000)?.holds, bears(300_000, 200_000)?.share], [false, 1.5]);
  assert.equal(bears(300_000, null)?.holds, null);
});

Deno.test("on a fragile box only fragile ones that are not heavier may stand", () => {
  const under = box(1, 0, 0, 0, { fragile: true });
  const holds = (more: Partial<PlacedBox>) =>
    proof(under, [under, box(2, 0, 0, 1000, more)], "Fragile")?.holds;
  assert.equal(holds({ fragile: true, weightGrams: 100_000 }), true);
  assert.equal(holds({ fragile: true, weightGrams: 100_001 }), false);
  assert.equal(holds({ fragile: false, weightGrams: 1 }), false);
});

Deno.test("a section is what the address says, within the vehicle", () => {
  for (const text of ["length-1500", "width-300-other", "height-0"]) {
    assert.equal(writeSection(readSection(text, SPACE)!), text);
  }
  assert.equal(readSection("length-9000", SPACE)?.atMm, 4000);
  for (const text of [null, "", "depth-10", "length-", "length--5", "length-1e3", "width-3-othe"]) {
    assert.equal(readSection(text, SPACE), null);
  }
});

Deno.test("a section takes the door side, the left and the top, or the other side", () => {
  const side = (text: string) => kept(readSection(text, SPACE)!);
  assert.deepEqual(side("length-10"), { fromMm: -Infinity, toMm: 10 });
  assert.deepEqual(side("length-10-other"), { fromMm: 10, toMm: Infinity });
  assert.deepEqual(side("width-10"), { fromMm: 10, toMm: Infinity });
  assert.deepEqual(side("width-10-other"), { fromMm: -Infinity, toMm: 10 });
  assert.deepEqual(side("height-10"), { fromMm: -Infinity, toMm: 10 });
});

Deno.test("what a section leaves of a box is a box, or nothing", () => {
  const whole = box(1, 1000, 500, 0);
  const left = (text: string) => remaining(whole, readSection(text, SPACE));
  assert.equal(remaining(whole, null), whole);
  assert.equal(left("length-2000"), whole);
  assert.equal(left("length-1000"), null);
  assert.deepEqual(left("length-1300"), { ...whole, lengthMm: 300 });
  assert.deepEqual(left("width-600"), { ...whole, yMm: 600, widthMm: 900 });
  assert.deepEqual(left("height-250-other"), { ...whole, zMm: 250, heightMm: 750 });
  assert.equal(left("height-1000-other"), null);
});

Deno.test("sides of a comparison are versions, and ways counted from 1", () => {
  assert.deepEqual(readSides("3..5"), [{ version: 3, plan: null }, { version: 5, plan: null }]);
  assert.deepEqual(readSides("5-1..5-2"), [{ version: 5, plan: 0 }, { version: 5, plan: 1 }]);
  assert.equal(writeSides({ version: 5, plan: 0 }, { version: 6, plan: null }), "5-1..6");
  for (const text of [null, "", "3", "3..", "..3", "3..5..6", "0..1", "3-0..4", "a..b"]) {
    assert.equal(readSides(text), null, String(text));
  }
});

const fates = (all: Difference[]) =>
  all.map((each) =>
    `${each.fate} ${each.before?.box.sequence ?? "-"}>${each.after?.box.sequence ?? "-"}`
  )
    .sort();

Deno.test("boxes that fill the same place are the same, whatever they are numbered", () => {
  const before = [vehicle([box(1, 0, 0, 0), box(2, 0, 1000, 0)])];
  const after = [vehicle([box(1, 0, 1000, 0), box(2, 0, 0, 0)])];
  assert.deepEqual(fates(differences(before, after)), ["same 1>2", "same 2>1"]);
});

Deno.test("boxes are moved, new and gone by line", () => {
  const pump = { item: "2", name: "Pump" };
  const before = [vehicle([box(1, 0, 0, 0), box(2, 0, 1000, 0), box(3, 1000, 0, 0, pump)])];
  const after = [
    vehicle([box(1, 0, 0, 0), box(2, 2000, 0, 0)]),
    vehicle([box(1, 0, 0, 0, { item: "3" })]),
  ];
  const all = differences(before, after);
  assert.deepEqual(fates(all), ["gone 3>-", "moved 2>2", "new ->1", "same 1>1"]);
  assert.deepEqual(tally(all), { same: 1, moved: 1, new: 1, gone: 1 });
  // Turned in its place, and in the same place of another vehicle: moved.
  const turned = [vehicle([box(1, 0, 0, 0, { heightMm: 900 })])];
  assert.deepEqual(fates(differences([vehicle([box(1, 0, 0, 0)])], turned)), ["moved 1>1"]);
  const second = [vehicle([]), vehicle([box(1, 0, 0, 0)])];
  assert.deepEqual(fates(differences([vehicle([box(1, 0, 0, 0)])], second)), ["moved 1>1"]);
});

Deno.test("totals are of all vehicles together", () => {
  // Three cubic metres in two vehicles of 16, 300 kg of 2 t.
  const found = totals([
    vehicle([box(1, 0, 0, 0), box(2, 0, 1000, 0)]),
    vehicle([box(1, 0, 0, 0)]),
  ]);
  assert.deepEqual(
    [found.boxes, found.weightGrams, found.volume, found.payload],
    [3, 300_000, 3 / 32, 0.15],
  );
  assert.deepEqual([totals([]).volume, totals([]).payload], [null, null]);
});

Deno.test("figures say how much they changed, and nothing where they did not", () => {
  const one = vehicle([box(1, 0, 0, 0)], {
    centreOfGravity: { xMm: 500, yMm: 500, zMm: 500 },
    axles: [{ name: "front", loadGrams: 60_000, limitGrams: 50_000 }],
  });
  const two = vehicle([box(1, 0, 0, 0), box(2, 0, 1000, 0)], {
    centreOfGravity: { xMm: 500, yMm: 1000, zMm: 500 },
    axles: [{ name: "front", loadGrams: 40_000, limitGrams: 50_000 }],
  });
  const change = (rows: { label: string; change: string }[], label: string) =>
    rows.find((each) => each.label === label)?.change;
  assert.equal(change(whole([one], [two]), "Boxes"), "+1");
  assert.equal(change(whole([one], [two]), "Vehicle"), "");
  assert.equal(change(whole([one], [two, two]), "Vehicles"), "+1");
  // From 1 of 16 cubic metres to 2 of them: 6.25 points, rounded.
  assert.match(change(whole([one], [two]), "Use of volume") ?? "", /^\+6[.,][23] points$/);
  const rows = balance(one, two);
  assert.equal(change(rows, "Centre of gravity from the front"), "");
  assert.match(change(rows, "Centre of gravity aside") ?? "", /^\+500 mm$/);
  const axle = rows.find((each) => each.label.startsWith("Front axle"));
  assert.match(axle?.change ?? "", /^−20/);
  assert.deepEqual(axle?.over, { before: true, after: false });
  assert.equal(balance(one, undefined)[0]?.after, "–");
});

Deno.test("how far a box went is told along the vehicle, across and up", () => {
  const from = box(1, 500, 500, 0);
  assert.equal(shift(from, box(1, 620, 460, 0)), "120 mm to the door, 40 mm left");
  assert.equal(shift(from, box(1, 0, 540, 100)), "500 mm to the front, 40 mm right, 100 mm up");
  assert.equal(shift(from, box(1, 500, 500, 0, { widthMm: 900 })), "turned");
});

Deno.test("a step says what to take and where to put it", () => {
  assert.equal(where(box(1, 0, 0, 0), SPACE), "Left wall, against the front wall");
  assert.match(where(box(1, 1500, 990, 0), SPACE), /^Right wall, 1[.,]5.*m from the front wall$/);
  assert.match(where(box(1, 0, 500, 0), SPACE), /^Middle, against/);
  assert.match(where(box(1, 0, 0, 0, { widthMm: 1950 }), SPACE), /^Middle, against/);
  const said = instruction(
    box(3, 0, 0, 1000, {
      piece: 2,
      of: 4,
      restsOn: [1, 2],
      upright: "height",
      along: "width",
      lift: "two",
      fragile: true,
    }),
    SPACE,
  );
  assert.equal(said.take, "Crate, piece 2 of 4, for stop 1");
  assert.equal(
    said.put,
    "Left wall, against the front wall, on boxes 1 and 2. " +
      "Upright, its width along the vehicle. Two people lift it. It is fragile.",
  );
});

Deno.test("the newest version is compared with the one before, a single one with another way", () => {
  const sides = (versions: number[], shown: number, ways: number[]) => {
    const found = firstSides(versions, shown, ways);
    return found && writeSides(...found);
  };
  assert.equal(sides([1, 2, 3], 0, [0, 1]), "2..3");
  assert.equal(sides([4, 2], 0, [0]), "2..4");
  assert.equal(sides([1], 0, [0, 1, 2]), "1..1-2");
  assert.equal(sides([1], 1, [0, 1]), "1..1-1");
  assert.equal(sides([1], 0, [0]), null);
  assert.equal(sides([], 0, [0, 1]), null);
});

Deno.test("colours of change name only what there is, each unlike the others", () => {
  const { categories, of } = fateColouring(["moved", "same", "moved", "new"]);
  assert.deepEqual(categories.map((each) => [each.key, each.boxes]), [
    ["same", 1],
    ["moved", 2],
    ["new", 1],
  ]);
  assert.deepEqual(of, [1, 0, 1, 2]);
  assert.equal(new Set(categories.map((each) => each.pattern)).size, 3);
});
