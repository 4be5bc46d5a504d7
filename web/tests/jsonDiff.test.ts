import assert from "node:assert/strict";
import { changes, common, same } from "../src/ui/jsonDiff";

Deno.test("equal values have no changes, whatever the order of their members", () => {
  assert.deepEqual(changes({ a: 1, b: [1, 2] }, { b: [1, 2], a: 1 }), []);
  assert.equal(same({ a: undefined }, {}), false);
  assert.equal(same({ toString: 1 }, {}), false);
});

Deno.test("members that come, go and change are named by their pointers, escaped", () => {
  assert.deepEqual(
    changes({ "a/b": 1, gone: null, same: true }, { "a/b": 2, same: true, "n~": 0 }),
    [
      { pointer: "/a~1b", kind: "changed", before: 1, after: 2 },
      { pointer: "/gone", kind: "removed", before: null },
      { pointer: "/n~0", kind: "added", after: 0 },
    ],
  );
});

Deno.test("an element put into a list is one addition, not a change of all that follow", () => {
  assert.deepEqual(changes([1, 2, 3], [1, 9, 2, 3]), [{ pointer: "/1", kind: "added", after: 9 }]);
  assert.deepEqual(changes([1, 2, 3], [1, 3]), [{ pointer: "/1", kind: "removed", before: 2 }]);
  assert.deepEqual(changes([{ id: 1, n: 1 }, { id: 2 }], [{ id: 1, n: 2 }, { id: 2 }]), [
    { pointer: "/0/n", kind: "changed", before: 1, after: 2 },
  ]);
});

Deno.test("a change of type is a change of the whole", () => {
  assert.deepEqual(changes({ a: [] }, { a: {} }), [
    { pointer: "/a", kind: "changed", before: [], after: {} },
  ]);
  assert.deepEqual(changes(1, "1"), [{ pointer: "", kind: "changed", before: 1, after: "1" }]);
});

Deno.test("the longest common subsequence is as long as a search of all finds", () => {
  let seed = 7;
  const random = (below: number) => (seed = (seed * 1103515245 + 12345) % 2147483648) % below;
  const longest = (a: number[], b: number[]): number =>
    a.length === 0 || b.length === 0
      ? 0
      : a[0] === b[0]
      ? 1 + longest(a.slice(1), b.slice(1))
      : Math.max(longest(a.slice(1), b), longest(a, b.slice(1)));
  for (let round = 0; round < 300; round++) {
    const list = () => Array.from({ length: random(8) }, () => random(4));
    const [a, b] = [list(), list()];
    const pairs = common(a.length, b.length, (x, y) => a[x] === b[y]);
    assert.equal(pairs.length, longest(a, b), JSON.stringify([a, b]));
    pairs.forEach(([x, y], index) => {
      assert.equal(a[x], b[y]);
      const before = pairs[index - 1];
      if (before) assert.ok(before[0] < x && before[1] < y);
    });
  }
});
