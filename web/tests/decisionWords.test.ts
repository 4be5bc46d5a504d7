import {
  agreement,
  gist,
  insteadOf,
  placeName,
  ranked,
  sentence,
  turn,
} from "../src/decisions/words";
import type { Decision } from "../src/api/types";

function equal(got: unknown, wanted: unknown) {
  const [one, two] = [JSON.stringify(got), JSON.stringify(wanted)];
  if (one !== two) throw new Error(`${one} instead of ${two}`);
}

const decision = (more: Partial<Decision> = {}): Decision => ({
  id: "1",
  agent: "logistics.transport",
  at: "2026-11-21T10:00:00Z",
  subject: "order:1",
  choice: "Van B",
  confidence: 0.9,
  options: [
    { label: "Van A", score: 0.4 },
    { label: "Lorry", score: null, rejected: true, reasons: ["too long"] },
    { label: "Van B", score: 0.3 },
    { label: "Van C", score: 0.7 },
  ],
  policy: { name: "lowest-price", version: 1 },
  ...more,
});

Deno.test("the choice stands first, then by score, and what was ruled out apart", () => {
  const { possible, ruledOut } = ranked(decision());
  equal(possible.map((each) => each.label), ["Van B", "Van C", "Van A"]);
  equal(ruledOut.map((each) => each.label), ["Lorry"]);
});

Deno.test("one sentence says who chose what over how many, and how sure", () => {
  equal(
    sentence(decision()).replace("90 %", "90%"),
    "Transport chose “Van B” over 3 others (1 ruled out), and was sure (90%).",
  );
  equal(
    sentence(decision({ options: [], confidence: null })),
    "Transport chose “Van B”.",
  );
});

Deno.test("who decided instead of whom is said with the reason", () => {
  equal(insteadOf(decision()), null);
  const policy = {
    name: "lowest-price",
    version: 1,
    insteadOf: {
      name: "language-model",
      version: 1,
      code: "model-over-budget",
      reason: "2.00 a day.",
    },
  };
  equal(
    insteadOf(decision({ policy })),
    "A model was to decide, but the budget was used up: 2.00 a day. " +
      "The rules “Lowest price” decided instead.",
  );
});

Deno.test("a call tells who agreed to it, and in which words", () => {
  const by = { id: "1", kind: "person" as const, name: "Ada" };
  equal(agreement({ tool: "x" }), null);
  equal(
    agreement({ tool: "x", approval: { verdict: "amended", by, comment: "smaller" } }),
    "Ada agreed to something else: “smaller”.",
  );
  equal(
    agreement({ tool: "x", approval: { verdict: "expired", by: null } }),
    "Nobody agreed to it in time.",
  );
});

Deno.test("an answer is told in a few words, amounts first, without ids and explanations", () => {
  equal(
    gist({
      id: "01930000-0000-7000-8000-fa0000000011",
      date: "2026-11-24",
      vehicles: [1, 2, 3],
      co2Explanation: "47.9 tonne-kilometres at 0.78225 kg a tonne-kilometre, well to wheel",
    }),
    "3 vehicles, date 2026-11-24",
  );
  equal(gist({ open: true, process: false, reason: "" }), "open, not process");
  equal(gist({ weightGrams: 50_000, distanceMeters: 12_000 }), "50 kg, 12 km");
  equal(gist([1]), "1 entry");
  equal(gist({ vehicles: [1] }), "1 vehicle");
  equal(gist(null), "nothing");
  equal(gist({ price: { amount: "12.30", currency: "EUR", tax: 1 } }), "1 member");
  equal(gist("x".repeat(200)).length, 90);
});

Deno.test("a turn of a model has what it said, wanted and cost", () => {
  const told = turn({
    tool: "$model",
    costMicros: 165,
    durationMicros: 14_167,
    output: {
      model: "m-1",
      usage: { input: 15, output: 8, cacheRead: 5 },
      parts: [{ type: "text", text: "Let me see." }, {
        type: "call",
        name: "logistics_fetch-order",
      }],
    },
  }, 0);
  equal([told.number, told.model, told.tokens, told.said, told.wants], [
    1,
    "m-1",
    28,
    "Let me see.",
    ["fetch-order"],
  ]);
  equal(
    turn({ tool: "$model", error: { code: "model-timed-out", message: "120 s" } }, 1).error,
    "120 s",
  );
});

Deno.test("a pointer is told as what it stands for", () => {
  equal(placeName("/options/0/score"), "The score of an option");
  equal(placeName("/policy/model"), "Who decided");
  equal(placeName("/else"), "Elsewhere");
});
