import assert from "node:assert/strict";
import { inZone, readTiming, said, writeTiming } from "../src/schedules/expression";

// As EventBridge Scheduler writes them, and as crontab does.
const SAME = [
  "rate(5 minutes)",
  "rate(1 hour)",
  "at(2026-03-01T12:00:00)",
  "at(2026-03-01T12:00:30)",
  "0 8 * * MON-FRI",
  "cron(0 8 ? * MON-FRI *)",
];

Deno.test("an expression that a form reads is written as it was", () => {
  for (const text of SAME) assert.equal(writeTiming(readTiming(text)), text);
});

Deno.test("each kind is known", () => {
  assert.deepEqual(readTiming("rate(1 day)"), { kind: "rate", every: "1", unit: "days" });
  assert.deepEqual(readTiming("at(2026-03-01T12:00:00)"), {
    kind: "at",
    moment: "2026-03-01T12:00",
  });
  assert.deepEqual(readTiming("cron(0 8 * * ? 2027)"), { kind: "cron", fields: "0 8 * * ? 2027" });
});

Deno.test("rates and single times are said in words", () => {
  assert.equal(said("rate(1 hour)"), "every hour");
  assert.equal(said("rate(15 minutes)"), "every 15 minutes");
  assert.equal(said("at(2026-03-01T12:00:00)"), "once, 2026-03-01 12:00");
});

Deno.test("a moment is shown by a zone's clock, daylight saving time included", () => {
  // Vienna is an hour ahead of UTC in winter and two in summer.
  assert.match(inZone("2026-01-05T07:00:00Z", "Europe/Vienna"), /08:00/);
  assert.match(inZone("2026-07-06T06:00:00Z", "Europe/Vienna"), /08:00/);
  assert.match(inZone("2026-07-06T06:00:00Z", "No/Where"), /\d\d:\d\d/);
});
