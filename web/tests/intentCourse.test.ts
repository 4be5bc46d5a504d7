import assert from "node:assert/strict";
import { at, bandsOf, domain, stepsOf } from "../src/intents/course";
import type { Evaluation, Measure } from "../src/intents/types";

const onTime: Measure = {
  metric: "logistics.orders",
  function: "share",
  conditions: [{ field: "on_time", comparison: "=", value: true }],
  window: "7d",
  comparison: ">=",
  target: 0.95,
};

const T = Date.parse("2026-11-01T00:00:00Z");
const stretch = (
  from: number,
  to: number,
  state: Evaluation["state"],
  value: number | null,
): Evaluation => ({
  at: new Date(T + from * 1000).toISOString(),
  until: new Date(T + to * 1000).toISOString(),
  state,
  value,
  samples: 2,
});

Deno.test("stretches of one state are one band, unless nobody looked between", () => {
  const all = [
    stretch(0, 60, "holds", 0.97),
    stretch(60, 120, "holds", 0.96),
    stretch(120, 180, "broken", 0.9),
    stretch(180, 240, "broken", 0.91),
    stretch(4000, 4060, "broken", 0.91),
  ];
  assert.deepEqual(
    bandsOf(all).map((each) => [each.state, (each.from - T) / 1000, (each.to - T) / 1000]),
    [["holds", 0, 120], ["broken", 120, 240], ["broken", 4000, 4060]],
  );
  const steps = stepsOf(all);
  assert.equal(steps.filter((each) => each.value === null).length, 1);
  assert.equal(at(all, T + 130_000)?.state, "broken");
  assert.equal(at(all, T + 2_000_000), undefined);
  assert.equal(at(all, T - 1), undefined);
});

Deno.test("an axis has room for all values and the target, and shares stay shares", () => {
  const [least, most] = domain(onTime, [0.97, 1]);
  assert.ok(least < 0.95 && least > 0.9 && most === 1);
  const [low] = domain({ ...onTime, function: "count", target: 1 }, [0, 3]);
  assert.equal(low, 0);
});
