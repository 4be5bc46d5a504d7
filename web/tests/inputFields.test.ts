import assert from "node:assert/strict";
import { left } from "../src/inbox/left";
import { type InputField, inputFields, same, withField } from "../src/inbox/inputFields";

const SCHEMA = {
  type: "object",
  required: ["item", "pieces"],
  properties: {
    item: { type: "string" },
    pieces: { type: "integer", description: "How many" },
    price: { type: "number" },
    urgent: { type: "boolean" },
    size: { enum: ["s", "m", 3] },
  },
};
const ASKED = { item: "drill", pieces: 3 };

const field = (key: string): InputField => {
  const found = inputFields(SCHEMA, ASKED)?.find((each) => each.key === key);
  assert.ok(found, key);
  return found;
};

Deno.test("a flat input is a form, in the order of its schema", () => {
  const fields = inputFields(SCHEMA, ASKED);
  assert.deepEqual(fields?.map((each) => `${each.key}:${each.type}:${each.required}`), [
    "item:text:true",
    "pieces:integer:true",
    "price:number:false",
    "urgent:flag:false",
    "size:choice:false",
  ]);
  assert.equal(field("pieces").hint, "How many");
  assert.deepEqual(field("size").choices, ["s", "m", 3]);
});

Deno.test("what a form would not show whole is JSON", () => {
  const json = [
    [{ type: "object", properties: { list: { type: "array" } } }, { list: [] }],
    [{ type: "object", properties: { part: { type: "object" } } }, {}],
    [{ type: "object", properties: { either: { type: ["string", "null"] } } }, {}],
    [{ type: "object", properties: { a: { type: "string" } } }, { a: "x", unknown: 1 }],
    [{ type: "object", properties: { a: { type: "string" } } }, { a: 5 }],
    [{ type: "object", properties: { a: { type: "string" } } }, { a: "two\nlines" }],
    [{ type: "object", properties: { a: { type: "integer" } } }, { a: 2 ** 60 }],
    [{ type: "object", properties: { a: { enum: ["x"] } } }, { a: "y" }],
    [{ type: "object", properties: { a: { enum: [{}] } } }, {}],
    [{ type: "object" }, {}],
    [true, { a: 1 }],
    [null, { a: 1 }],
    [SCHEMA, [1]],
    [SCHEMA, null],
  ] as const;
  for (const [schema, value] of json) {
    assert.equal(inputFields(schema, value), null, JSON.stringify([schema, value]));
  }
});

Deno.test("what is typed becomes a value of its type, and nothing else changes", () => {
  const set = (key: string, typed: string | boolean) => withField(ASKED, field(key), typed);
  assert.deepEqual(set("pieces", "2"), { item: "drill", pieces: 2 });
  assert.deepEqual(set("price", "2.5"), { ...ASKED, price: 2.5 });
  assert.deepEqual(set("urgent", true), { ...ASKED, urgent: true });
  assert.deepEqual(set("size", "3"), { ...ASKED, size: 3 });
  // What is no number is told by the server; what may be absent is taken out.
  assert.deepEqual(set("pieces", "two"), { item: "drill", pieces: "two" });
  assert.deepEqual(set("pieces", ""), { item: "drill", pieces: "" });
  assert.deepEqual(withField({ ...ASKED, price: 1 }, field("price"), ""), ASKED);
  assert.deepEqual(ASKED, { item: "drill", pieces: 3 });
});

Deno.test("values are the same whatever the order of their members", () => {
  assert.ok(same({ a: [1, { b: 2, c: 3 }] }, { a: [1, { c: 3, b: 2 }] }));
  assert.ok(!same({ a: [1, 2] }, { a: [2, 1] }));
  assert.ok(!same({ a: undefined }, { b: 1 }));
  assert.ok(!same([1], { 0: 1 }));
  assert.ok(!same(1, "1"));
});

Deno.test("how long there is left is told in the unit that matters", () => {
  const now = Date.parse("2026-03-01T12:00:00Z");
  const told = {
    "2026-03-01T11:59:59Z": "too late",
    "2026-03-01T12:00:00Z": "too late",
    "2026-03-01T12:00:59Z": "59 s left",
    "2026-03-01T12:01:00Z": "1 min left",
    "2026-03-01T12:59:59Z": "59 min left",
    "2026-03-01T14:00:30Z": "2 h left",
    "2026-03-01T14:05:00Z": "2 h 5 min left",
    "2026-03-04T12:00:00Z": "3 days left",
  };
  for (const [until, words] of Object.entries(told)) assert.equal(left(until, now), words);
  assert.equal(left(null, now), null);
});
