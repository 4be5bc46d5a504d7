import assert from "node:assert/strict";
import { markAt, placeOf, readJson } from "../src/ui/jsonText";

Deno.test("what JSON.parse reads is read the same", () => {
  const texts = [
    '{"a":[1,2.5,-3e2,true,false,null,"x\\n\\u00e9\\"\\/"],"b":{},"c":[]}',
    '  [ {"x" : "𝄞"} ]\n',
    '"only text"',
    "0",
    "-0",
    "1E400",
    '{"__proto__":{"a":1},"constructor":2}',
    '{"":{"~/":1}}',
  ];
  for (const text of texts) {
    assert.equal(readJson(text).error, null, text);
    assert.deepEqual(readJson(text).value, JSON.parse(text), text);
  }
});

// RFC 8259: each of these is no JSON text; the second part is where an editor should point.
const WRONG: [string, number, number][] = [
  ["", 1, 1],
  ["{", 1, 1],
  ['{"a":1,}', 1, 8],
  ["[1,]", 1, 4],
  ["[1 2]", 1, 4],
  ["{'a':1}", 1, 2],
  ["['a']", 1, 2],
  ['{"a" 1}', 1, 6],
  ['{"a":}', 1, 6],
  ['{\n  "a": 01\n}', 2, 8],
  ["[1.]", 1, 2],
  ["[+1]", 1, 2],
  ["[.5]", 1, 2],
  ['["a\tb"]', 1, 4],
  ['["\\x"]', 1, 3],
  ['["a', 1, 2],
  ['["a\n"]', 1, 2],
  ["[nul]", 1, 2],
  ["{} x", 1, 4],
  ["[1]]", 1, 4],
  ['{"a":[1,{"b":2}', 1, 6],
];

Deno.test("what is no JSON is refused, at its place", () => {
  for (const [text, line, column] of WRONG) {
    assert.throws(() => JSON.parse(text), text);
    const { error, value } = readJson(text);
    assert.equal(value, undefined);
    assert.deepEqual([error?.line, error?.column], [line, column], `${text}: ${error?.message}`);
    assert.ok(error?.message);
  }
});

Deno.test("a name that is there twice is refused, as the server does", () => {
  const { error } = readJson('{"a":1,\n "a":2}');
  assert.deepEqual([error?.line, error?.column], [2, 2]);
});

Deno.test("every part is found by its pointer, members at their names", () => {
  const text = '{\n  "detail": {\n    "a/b": [\n      {"prefix": 1}\n    ]\n  }\n}';
  const read = readJson(text);
  const at = (pointer: string) => {
    const { line, column } = placeOf(read, text, pointer);
    return [line, column];
  };
  assert.deepEqual(at(""), [1, 1]);
  assert.deepEqual(at("/detail"), [2, 3]);
  assert.deepEqual(at("/detail/a~1b"), [3, 5]);
  assert.deepEqual(at("/detail/a~1b/0"), [4, 7]);
  assert.deepEqual(at("/detail/a~1b/0/prefix"), [4, 8]);
  // What is missing stands where it should have been.
  assert.deepEqual(at("/detail/a~1b/0/suffix"), [4, 7]);
  assert.deepEqual(at("/nowhere/at/all"), [1, 1]);
});

Deno.test("any text that is cut or changed is judged as JSON.parse judges it", () => {
  const whole = '{"a":[1,-2.5e3,"x\\u0041"],"b":{"c":null,"d":[true,false]}}';
  let seed = 11;
  const random = (below: number) => (seed = (seed * 1103515245 + 12345) % 2147483648) % below;
  const marks = '{}[],:"\\01-.eE tnu';
  for (let round = 0; round < 5000; round++) {
    const at = random(whole.length);
    const text = round % 2 === 0
      ? whole.slice(0, at)
      : whole.slice(0, at) + marks[random(marks.length)] + whole.slice(at + random(2));
    let expected: { value: unknown } | null;
    try {
      expected = { value: JSON.parse(text) };
    } catch {
      expected = null;
    }
    const { error, value } = readJson(text);
    // Names that come twice are the one thing that JSON.parse lets through.
    if (error?.message.includes("twice")) continue;
    assert.equal(error === null, expected !== null, text);
    if (expected) assert.deepEqual(value, expected.value, text);
  }
});

Deno.test("deep nesting is refused, not a crash", () => {
  assert.match(readJson("[".repeat(100_000)).error?.message ?? "", /deep/);
});

Deno.test("lines and columns count from one", () => {
  assert.deepEqual(markAt("ab\ncd", 4), { line: 2, column: 2, offset: 4 });
});
