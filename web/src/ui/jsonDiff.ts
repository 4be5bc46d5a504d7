/** What differs between two JSON values, by JSON Pointer (RFC 6901). */

export interface Change {
  pointer: string;
  kind: "added" | "removed" | "changed";
  before?: unknown;
  after?: unknown;
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Equal as JSON: the order of an object's members does not count. */
export function same(one: unknown, two: unknown): boolean {
  if (one === two) return true;
  if (Array.isArray(one) && Array.isArray(two)) {
    return one.length === two.length && one.every((each, index) => same(each, two[index]));
  }
  if (isObject(one) && isObject(two)) {
    const keys = Object.keys(one);
    return keys.length === Object.keys(two).length &&
      keys.every((key) =>
        Object.prototype.hasOwnProperty.call(two, key) && same(one[key], two[key])
      );
  }
  return false;
}

const step = (key: string | number) => "/" + String(key).replace(/~/g, "~0").replace(/\//g, "~1");

/** Beyond this many pairs, lists are compared place by place. */
const MOST_PAIRS = 250_000;

/** All differences, in the order of the second value's members, what was removed at its place. */
export function changes(before: unknown, after: unknown, pointer = ""): Change[] {
  if (before === undefined && after === undefined) return [];
  if (before === undefined) return [{ pointer, kind: "added", after }];
  if (after === undefined) return [{ pointer, kind: "removed", before }];
  if (isObject(before) && isObject(after)) {
    const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])];
    return keys.flatMap((key) => changes(own(before, key), own(after, key), pointer + step(key)));
  }
  if (Array.isArray(before) && Array.isArray(after)) return inLists(before, after, pointer);
  return same(before, after) ? [] : [{ pointer, kind: "changed", before, after }];
}

const own = (value: Record<string, unknown>, key: string) =>
  Object.prototype.hasOwnProperty.call(value, key) ? value[key] : undefined;

/**
 * What is equal is paired first (the longest common subsequence); of what lies between two pairs,
 * the elements are compared one by one and the rest was added or removed.
 */
function inLists(before: unknown[], after: unknown[], pointer: string): Change[] {
  const pairs = before.length * after.length > MOST_PAIRS
    ? []
    : common(before.length, after.length, (a, b) => same(before[a], after[b]));
  const found: Change[] = [];
  let a = 0;
  let b = 0;
  for (const [x, y] of [...pairs, [before.length, after.length] as const]) {
    while (a < x && b < y) {
      found.push(...changes(before[a++], after[b], pointer + step(b)));
      b++;
    }
    for (; a < x; a++) {
      found.push({ pointer: pointer + step(a), kind: "removed", before: before[a] });
    }
    for (; b < y; b++) found.push({ pointer: pointer + step(b), kind: "added", after: after[b] });
    a = x + 1;
    b = y + 1;
  }
  return found;
}

/** The longest common subsequence of two lists, as pairs of places. */
export function common(
  long: number,
  other: number,
  equal: (a: number, b: number) => boolean,
): [number, number][] {
  // What both begin and end with needs no table.
  let head = 0;
  while (head < long && head < other && equal(head, head)) head++;
  let tail = 0;
  while (tail < long - head && tail < other - head && equal(long - 1 - tail, other - 1 - tail)) {
    tail++;
  }
  const rows = long - head - tail;
  const columns = other - head - tail;
  const wide = columns + 1;
  const best = new Uint32Array((rows + 1) * wide);
  const at = (row: number, column: number) => best[row * wide + column] ?? 0;
  for (let row = rows - 1; row >= 0; row--) {
    for (let column = columns - 1; column >= 0; column--) {
      best[row * wide + column] = equal(head + row, head + column)
        ? at(row + 1, column + 1) + 1
        : Math.max(at(row + 1, column), at(row, column + 1));
    }
  }
  const found: [number, number][] = [];
  for (let each = 0; each < head; each++) found.push([each, each]);
  let row = 0;
  let column = 0;
  while (row < rows && column < columns) {
    if (
      equal(head + row, head + column) && at(row, column) === at(row + 1, column + 1) + 1
    ) {
      found.push([head + row++, head + column++]);
    } else if (at(row + 1, column) >= at(row, column + 1)) row++;
    else column++;
  }
  for (let each = tail; each > 0; each--) found.push([long - each, other - each]);
  return found;
}
