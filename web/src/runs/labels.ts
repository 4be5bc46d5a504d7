import type { Line, Point } from "./layout";

/** Of a letter at the size of the words at an arrow. */
const LETTER = 6.2;
const HIGH = 16;
/** Along the first curve: where it has left its neighbours, then nearer to either end. */
const TRIES = [0.55, 0.72, 0.38, 0.86, 0.26];

/** Where the words of arrows stand: on their arrow, and clear of the words before them. */
export function labelPlaces(labels: { line: Line; text: string }[]): Point[] {
  const taken: { at: Point; half: number }[] = [];
  return labels.map(({ line, text }) => {
    const half = text.length * LETTER / 2;
    const free = (at: Point) =>
      taken.every((other) =>
        Math.abs(other.at.x - at.x) >= other.half + half || Math.abs(other.at.y - at.y) >= HIGH
      );
    const places = along(line);
    const at = places.find(free) ?? places[0] ?? { x: 0, y: 0 };
    taken.push({ at, half });
    return at;
  });
}

function along({ points, back }: Line): Point[] {
  const [a, b, c] = points;
  if (!a || !b) return [];
  if (back) return [{ x: b.x, y: (b.y + (c?.y ?? b.y)) / 2 }];
  return TRIES.map((t) => {
    const s = t * t * (3 - 2 * t);
    return { x: a.x + (b.x - a.x) * s, y: a.y + (b.y - a.y) * t };
  });
}
