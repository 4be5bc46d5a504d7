import assert from "node:assert/strict";
import type { Run } from "../src/api/types";
import type { State } from "../src/runs/definition";
import {
  callWords,
  heard,
  interrupted,
  MOST,
  settled,
  silenced,
  type Speeches,
  speechOf,
} from "../src/runs/speech";
import { visits } from "../src/runs/steps";

const JUDGE = "logistics.judge";

const all = (...words: unknown[]) => words.reduce<Speeches>(heard, []);
const lines = (speeches: Speeches, agent = JUDGE) =>
  (speeches.find((each) => each.agent === agent)?.lines ?? [])
    .map(({ kind, text }) => kind === "text" ? text : `<${kind}${text && ` ${text}`}>`);

Deno.test("pieces of text become sentences, in whatever pieces they come", () => {
  const whole = "I look at the order. Is it open?\nIt weighs 2.5 kg";
  const expected = ["I look at the order. ", "Is it open?\n", "It weighs 2.5 kg"];
  for (let size = 1; size <= whole.length; size++) {
    const pieces = [];
    for (let at = 0; at < whole.length; at += size) {
      pieces.push({ agent: JUDGE, text: whole.slice(at, at + size) });
    }
    const found = all(...pieces);
    assert.equal(lines(found).join(""), whole);
    assert.deepEqual(found[0]?.lines.map((each) => each.ended), [true, true, false]);
    assert.deepEqual(lines(found), expected);
  }
});

Deno.test("a line keeps its id while it grows, and no two have the same", () => {
  const first = all({ agent: JUDGE, text: "One. Tw" });
  const second = heard(first, { agent: JUDGE, text: "o. Three" });
  assert.deepEqual(first[0]?.lines.map((each) => each.id), [0, 1]);
  assert.deepEqual(second[0]?.lines.map((each) => each.id), [0, 1, 2]);
  const third = heard(heard(second, { agent: JUDGE, call: "x" }), { agent: JUDGE, text: "Four" });
  assert.deepEqual(third[0]?.lines.map((each) => each.id), [0, 1, 2, 3, 4]);
});

Deno.test("a call is named and ends what was written before it", () => {
  const found = all(
    { agent: JUDGE, text: "I need the order" },
    { agent: JUDGE, call: "logistics_fetch-order" },
    { agent: JUDGE, text: "It is open" },
  );
  assert.deepEqual(lines(found), [
    "I need the order",
    "<call logistics_fetch-order>",
    "It is open",
  ]);
  assert.equal(found[0]?.lines[0]?.ended, true);
  assert.equal(callWords("logistics_fetch-order"), "Asks for: Fetch order");
  assert.equal(callWords("files_read_text_file"), "Asks for: Read text file");
  assert.equal(callWords("conclude"), "Writes down its decision");
  assert.equal(callWords("hand_off"), "Hands the case on");
});

Deno.test("another attempt clears what its agent said, and nobody else's words", () => {
  const found = all(
    { agent: JUDGE, text: "Hm" },
    { agent: "logistics.packer", text: "Twelve boxes" },
    { agent: JUDGE, restarted: true },
    { agent: JUDGE, text: "Again" },
  );
  assert.deepEqual(lines(found), ["Again"]);
  assert.deepEqual(lines(found, "logistics.packer"), ["Twelve boxes"]);
});

Deno.test("what is no word of a model changes nothing", () => {
  const before = all({ agent: JUDGE, text: "So" });
  const strange = [
    null,
    "text",
    7,
    [],
    {},
    { text: "no agent" },
    { agent: "" },
    { agent: "a".repeat(201), text: "x" },
    { agent: JUDGE },
    { agent: JUDGE, text: 4 },
    { agent: JUDGE, text: "" },
    { agent: JUDGE, call: "" },
    { agent: JUDGE, restarted: false },
  ];
  for (const words of strange) assert.equal(heard(before, words), before);
});

Deno.test("a model that never stops is kept to a bounded size, the latest of it", () => {
  let found: Speeches = [];
  for (let number = 0; number < 2000; number++) {
    found = heard(found, { agent: JUDGE, text: `Sentence ${number}. ` });
  }
  assert.ok((found[0]?.lines.length ?? 0) <= MOST.lines);
  assert.equal(found[0]?.cut, true);
  assert.equal(lines(found).pop(), "Sentence 1999. ");
  const long = all({ agent: JUDGE, text: "🚚".repeat(40_000) });
  const kept = lines(long);
  assert.ok(kept.join("").length <= MOST.characters);
  assert.ok(kept.every((each) => each.length <= MOST.line));
  assert.match(kept.join(""), /^(🚚)+$/u);
  assert.equal(long[0]?.cut, true);
  let many: Speeches = [];
  for (let number = 0; number < 20; number++) {
    many = heard(many, { agent: `agent-${number}`, text: "x" });
  }
  assert.equal(many.length, MOST.agents);
  assert.equal(many[many.length - 1]?.agent, "agent-19");
});

Deno.test("a break of the channel is marked once", () => {
  const found = interrupted(interrupted(all({ agent: JUDGE, text: "It is" })));
  assert.deepEqual(lines(heard(found, { agent: JUDGE, text: "open" })), ["It is", "<gap>", "open"]);
  assert.deepEqual(interrupted([]), []);
});

const STATES = new Map<string, State>([
  ["Judge", { Type: "Task", Resource: `weft:agent:${JUDGE}` }],
  ["Pack", { Type: "Task", Resource: "weft:agent:logistics.packer" }],
  ["Book", { Type: "Task", Resource: "weft:tool:logistics.book-vehicle" }],
]);

const EXITED = { type: "TaskStateExited", stateExitedEventDetails: { name: "Judge" } };

/** A run in the step Judge, with what came after the try was scheduled. */
function judging(...more: { type: string }[]) {
  const history = [
    { type: "ExecutionStarted" },
    { type: "TaskStateEntered", stateEnteredEventDetails: { name: "Judge" } },
    { type: "TaskScheduled" },
    ...more,
  ].map((each, index) => ({ id: index + 1, previousEventId: index, ...each }));
  return visits({ id: "r", workflow: "w", status: "RUNNING", history } as unknown as Run);
}

Deno.test("a step shows its agent's words and those it handed on to, while it is under way", () => {
  const found = all(
    { agent: "logistics.packer", text: "Another step's" },
    { agent: "logistics.colleague", text: "Handed on" },
    { agent: JUDGE, text: "Mine" },
  );
  const shown = speechOf("Judge", found, judging(), STATES);
  assert.deepEqual(shown?.speeches.map((each) => each.agent), [JUDGE, "logistics.colleague"]);
  assert.equal(shown?.together, 1);
  assert.equal(speechOf("Book", found, judging(), STATES), null);
  assert.equal(speechOf("Pack", found, judging(), STATES), null);
  assert.equal(speechOf("Judge", [], judging(), STATES), null);
  assert.equal(
    speechOf(
      "Judge",
      found,
      judging({ type: "TaskSucceeded" }, EXITED),
      STATES,
    ),
    null,
  );
});

Deno.test("once a try's result is journaled its words are gone, and other steps' stay", () => {
  const found = all(
    { agent: "logistics.packer", text: "Another step's" },
    { agent: "logistics.colleague", text: "Handed on" },
    { agent: JUDGE, text: "Mine" },
  );
  const before = settled(judging(), STATES);
  assert.equal(silenced(found, before, before), found);
  const failed = settled(judging({ type: "TaskFailed" }), STATES);
  const both = new Map([...failed, ["logistics.packer", 0]]);
  assert.deepEqual(silenced(found, before, both).map((each) => each.agent), ["logistics.packer"]);
});
