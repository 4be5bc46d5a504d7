import assert from "node:assert/strict";
import type { Burn, Intent, Measure, Metric, Remediation } from "../src/intents/types";
import {
  beginWith,
  changeWords,
  excerpt,
  fitted,
  functionsOf,
  literal,
  matching,
  offsetOf,
  predicateWords,
  valueWords,
  windowSeconds,
  windowWords,
  write,
} from "../src/intents/predicate";
import {
  burnRate,
  burnWords,
  changed,
  deadlineProblem,
  doingWords,
  gauge,
  leftWords,
  localTime,
  sorted,
  stageOf,
  wantedOf,
} from "../src/intents/words";

const onTime: Measure = {
  metric: "logistics.orders",
  function: "share",
  conditions: [{ field: "on_time", comparison: "=", value: true }],
  window: "7d",
  comparison: ">=",
  target: 0.95,
};

const ORDERS: Metric = {
  name: "logistics.orders",
  kind: "records",
  help: "Orders by when they are judged",
  functions: ["share", "count", "avg", "sum", "min", "max", "rate"],
  fields: [
    { name: "on_time", kind: "flag", help: "", values: [] },
    { name: "status", kind: "text", help: "", values: ["booked", "failed"] },
    { name: "days", kind: "number", help: "", values: [] },
  ],
};

// The texts of docs and of Logistics' own beacons.
Deno.test("a measure is written as the server's grammar reads it", () => {
  assert.equal(write(onTime), "share(logistics.orders, on_time = true) over 7d >= 0.95");
  assert.equal(
    write({
      metric: "logistics.orders-placed",
      function: "share",
      conditions: [{ field: "status", comparison: "!=", value: "failed" }],
      where: [{
        field: "status",
        comparison: "in",
        value: ["booked", "dispatched", "delivered", "failed"],
      }],
      window: "7d",
      comparison: ">=",
      target: 0.95,
    }),
    "share(logistics.orders-placed, status != failed where status in " +
      "(booked, dispatched, delivered, failed)) over 7d >= 0.95",
  );
  assert.equal(
    write({
      metric: "logistics.bookings",
      function: "avg",
      field: "fill",
      window: "7d",
      comparison: ">=",
      target: 0.5,
    }),
    "avg(logistics.bookings, fill) over 7d >= 0.5",
  );
});

Deno.test("only words stand without quotes", () => {
  assert.equal(literal("failed"), "failed");
  assert.equal(literal("two words"), '"two words"');
  assert.equal(literal("true"), '"true"');
  assert.equal(literal(""), '""');
  assert.equal(literal('say "no"'), '"say \\"no\\""');
  assert.equal(literal("200"), '"200"');
  assert.equal(literal(200), "200");
  assert.equal(literal(false), "false");
});

Deno.test("a predicate is said in words", () => {
  assert.equal(
    predicateWords(onTime),
    "Share of orders that are on time over the last 7 days: at least 95%",
  );
  assert.equal(
    predicateWords({
      metric: "metric:weft_http_request_seconds",
      function: "p99",
      window: "15m",
      comparison: "<=",
      target: 0.5,
    }),
    "99th percentile of http request seconds over the last 15 minutes: at most 0.5 s",
  );
  assert.equal(
    predicateWords({
      ...onTime,
      metric: "logistics.orders-placed",
      conditions: [{ field: "status", comparison: "!=", value: "failed" }],
      where: [{ field: "status", comparison: "in", value: ["booked", "delivered", "failed"] }],
      window: "1h",
    }),
    "Share whose status is not failed among orders placed whose status is booked, delivered or " +
      "failed over the last hour: at least 95%",
  );
  assert.equal(windowWords("1h"), "hour");
  assert.equal(windowSeconds("6h"), 21_600);
});

Deno.test("shares are percentages, other values have their unit", () => {
  assert.equal(valueWords(onTime, 0.9123), "91.2%");
  assert.equal(valueWords(onTime, null), "–");
  assert.equal(changeWords(onTime, -0.025), "−2.5 points");
  const fill = { ...onTime, function: "avg" as const, metric: "logistics.bookings", field: "fill" };
  assert.equal(valueWords(fill, 0.5), "50%");
  const number = { ...onTime, function: "count" as const };
  assert.equal(valueWords(number, 12), "12");
  const late = {
    ...onTime,
    function: "avg" as const,
    metric: "weft.decisions",
    field: "latency_ms",
  };
  assert.equal(changeWords(late, 40), "+40 ms");
});

Deno.test("what a function needs is there, and what does not fit is gone", () => {
  const begun = beginWith(ORDERS);
  assert.equal(begun.function, "share");
  assert.deepEqual(begun.conditions, [{ field: "on_time", comparison: "=", value: true }]);
  const average = fitted({ ...begun, function: "avg" }, ORDERS);
  assert.equal(average.field, "days");
  const share = fitted({ ...average, function: "share", conditions: [] }, ORDERS);
  assert.equal(share.field, undefined);
  assert.equal(share.conditions?.length, 1);
  const other = fitted({
    ...begun,
    where: [{ field: "gone", comparison: "=", value: 1 }],
  }, ORDERS);
  assert.equal(other.where, undefined);
  const plain: Metric = { ...ORDERS, kind: "metric", fields: [] };
  assert.ok(!functionsOf(plain).includes("share"));
  const flags = { ...ORDERS, fields: ORDERS.fields.slice(0, 1) };
  assert.deepEqual(functionsOf(flags), ["share", "count", "rate"]);
});

Deno.test("what is measured is found by name before explanation", () => {
  const placed = { ...ORDERS, name: "judged.other", help: "Something else" };
  assert.deepEqual(matching([ORDERS, placed], "judged").map((each) => each.name), [
    "judged.other",
    "logistics.orders",
  ]);
  assert.equal(matching([ORDERS], "on_time orders").length, 1);
  assert.equal(matching([ORDERS], "weather").length, 0);
});

Deno.test("an error is shown at its column, counted in code points", () => {
  const [shown, mark] = excerpt("share(x) ovr 7d >= 1", 10);
  assert.equal(shown, "share(x) ovr 7d >= 1");
  assert.equal(mark.indexOf("^"), 9);
  const long = `${"a".repeat(100)}!${"b".repeat(100)}`;
  const [part, at] = excerpt(long, 101);
  assert.equal(part[at.indexOf("^")], "!");
  assert.equal(offsetOf("🚚🚚x", 3), 4);
  assert.equal(excerpt("avg(", 5)[1], "    ^");
});

function intent(change: Partial<Intent> = {}): Intent {
  const person = { id: "p", kind: "person" as const, name: "Somebody" };
  return {
    intent_id: "i",
    domain: "logistics",
    desired_outcome: "Orders arrive on the day asked for",
    deadline: "2026-12-01T00:00:00Z",
    constraints: { cost: "low", sensitivity: "public" },
    predicate: write(onTime),
    measure: onTime,
    goal: "maintain",
    priority: "normal",
    owner: person,
    remedies: [],
    status: "open",
    preset: null,
    createdBy: person,
    createdAt: "2026-11-01T00:00:00Z",
    openedAt: "2026-11-01T00:00:00Z",
    closedAt: null,
    closedReason: null,
    version: 1,
    state: "holds",
    value: 0.97,
    risk: "none",
    evaluatedAt: null,
    driftingSince: null,
    drifts: 0,
    heldSeconds: 0,
    brokenSeconds: 0,
    unknownSeconds: 0,
    uptime: 1,
    remediations: 0,
    remediationsImproved: 0,
    decisions: 0,
    costMicros: 0,
    ...change,
  };
}

Deno.test("an intent stands where its status and its state say", () => {
  assert.equal(stageOf(intent()), "holding");
  assert.equal(stageOf(intent({ state: "broken" })), "drifting");
  assert.equal(stageOf(intent({ driftingSince: "2026-11-02T00:00:00Z" })), "drifting");
  assert.equal(stageOf(intent({ state: "no-data" })), "unmeasured");
  assert.equal(stageOf(intent({ state: null })), "unmeasured");
  assert.equal(stageOf(intent({ status: "missed", state: "broken" })), "missed");
});

const remediation = (change: Partial<Remediation>): Remediation => ({
  id: "r",
  intentId: "i",
  name: "workflow:logistics.recover-orders",
  workflow: null,
  cost: null,
  rationale: null,
  question: null,
  reason: null,
  answeredBy: null,
  status: "running",
  executionId: null,
  decisionId: null,
  predicted: 0.05,
  baseline: 0.9,
  measured: null,
  effect: null,
  at: "2026-11-02T01:00:00Z",
  startedAt: null,
  judgeAt: "2026-11-02T02:00:00Z",
  endedAt: null,
  ...change,
});

Deno.test("what the Conscience does is one sentence", () => {
  const drifting = intent({ state: "broken", driftingSince: "2026-11-02T00:00:00Z" });
  assert.equal(doingWords(intent(), []), "Watches");
  assert.equal(doingWords(intent({ risk: "burning" }), []), "Sees errors come too fast");
  assert.equal(
    doingWords(drifting, [remediation({})]),
    "Runs recover orders, +5 points predicted",
  );
  assert.equal(
    doingWords(drifting, [remediation({ status: "proposed" })]),
    "Asks whether to recover orders (+5 points predicted)",
  );
  assert.equal(
    doingWords(drifting, [remediation({ status: "no-effect", endedAt: "2026-11-02T02:00:00Z" })]),
    "Tried recover orders without effect: a person is called",
  );
  // What was tried in an earlier drift says nothing of this one.
  assert.equal(
    doingWords(drifting, [remediation({ status: "no-effect", endedAt: "2026-11-01T02:00:00Z" })]),
    "Knows nothing that helps: people are called",
  );
  assert.equal(
    doingWords(intent({ status: "proposed" }), []),
    "Waits for somebody to open it",
  );
});

Deno.test("the budget of errors is explained to the deadline", () => {
  const burn: Burn = {
    allowed: 0.05,
    levels: [
      {
        name: "fast",
        longSeconds: 840,
        shortSeconds: 70,
        long: null,
        short: null,
        threshold: 14.4,
        fires: false,
      },
      {
        name: "ticket",
        longSeconds: 60_480,
        shortSeconds: 5040,
        long: 2,
        short: 1,
        threshold: 1,
        fires: true,
      },
    ],
    consumed: 0.4,
    projected: 1.3,
    exhaustedAt: "2026-11-20T00:00:00Z",
  };
  assert.equal(burnRate(burn), 2);
  assert.deepEqual(burnWords(burn, "2026-12-01T00:00:00Z", (text) => text.slice(0, 10)), [
    "5% may go wrong: that is the budget until 2026-12-01.",
    "40% of it is used up so far.",
    "If it goes on as it does now, 130% will be used up at the deadline: that is too much.",
    "Nothing of it is left from 2026-11-20.",
  ]);
  assert.equal(burnWords({ ...burn, consumed: null }, "", () => "then").length, 2);
  assert.equal(burnWords({ ...burn, consumed: 1.5 }, "", () => "then").length, 2);
});

Deno.test("deadlines are said from now, and the past is refused", () => {
  const now = Date.parse("2026-11-01T00:00:00Z");
  assert.equal(leftWords("2026-11-04T12:00:00Z", now), "3 days left");
  assert.equal(leftWords("2026-11-01T00:00:30Z", now), "30 seconds left");
  assert.equal(leftWords("2026-10-31T21:00:00Z", now), "passed 3 hours ago");
  const local = (ahead: number) => localTime(new Date(now + ahead));
  assert.equal(deadlineProblem(local(3_600_000), now), null);
  assert.match(deadlineProblem(local(-3_600_000), now) ?? "", /passed/);
  assert.match(deadlineProblem(local(4000 * 86_400_000), now) ?? "", /ten years/);
  assert.match(deadlineProblem("", now) ?? "", /until when/);
});

Deno.test("filters and sorts say what they say", () => {
  const one = intent({ intent_id: "1", priority: "critical", uptime: 0.5, costMicros: 5 });
  const two = intent({
    intent_id: "2",
    domain: "quality",
    deadline: "2026-11-15T00:00:00Z",
    uptime: null,
    costMicros: 9,
    desired_outcome: "Few complaints",
  });
  const none = { q: "", domain: "", owner: "", stage: "" };
  const ids = (list: Intent[]) => list.map((each) => each.intent_id).join("");
  assert.equal(ids(wantedOf([one, two], { ...none, domain: "quality" })), "2");
  assert.equal(ids(wantedOf([one, two], { ...none, q: "day ORDERS" })), "1");
  assert.equal(ids(wantedOf([one, two], { ...none, stage: "drifting" })), "");
  assert.equal(ids(wantedOf([one, two], { ...none, owner: "p" })), "12");
  assert.equal(ids(sorted([two, one], "")), "12");
  assert.equal(ids(sorted([one, two], "deadline")), "21");
  assert.equal(ids(sorted([two, one], "uptime")), "12");
  assert.equal(ids(sorted([one, two], "cost")), "21");
});

Deno.test("a bar has value and target on one scale", () => {
  assert.deepEqual(gauge(intent({ value: 0.5 })), { value: 0.5, target: 0.95 });
  assert.equal(gauge(intent({ value: null })), null);
  const late = gauge(intent({
    value: 2,
    measure: { ...onTime, function: "avg", field: "days", target: 1 },
  }));
  assert.ok(late && late.value > late.target && late.value <= 1);
});

Deno.test("what a change changed is said", () => {
  assert.deepEqual(
    changed(
      { priority: "low", owner: { id: "a", name: "A" }, predicate: "p" },
      { priority: "high", owner: { id: "b", name: "B" }, predicate: "p" },
    ),
    ["priority: low → high", "owner: A → B"],
  );
});
