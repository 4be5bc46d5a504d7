/** Where the places of a trip stand on a drawing: north is up, a kilometre is as long either way. */

export interface Spot {
  x: number;
  y: number;
}

interface Place {
  latitude: number;
  longitude: number;
}

/**
 * Places on a drawing of this size with a margin. Degrees of longitude are shortened by the cosine of the
 * latitude in the middle: an equirectangular projection, true enough for a day's drive.
 */
export function placed(places: Place[], width: number, height: number, margin: Spot): Spot[] {
  if (places.length === 0) return [];
  const middle = places.reduce((sum, each) => sum + each.latitude, 0) / places.length;
  const shrink = Math.cos((middle * Math.PI) / 180);
  const flat = places.map((each) => ({ x: each.longitude * shrink, y: -each.latitude }));
  const [left, right] = extent(flat.map((each) => each.x));
  const [top, bottom] = extent(flat.map((each) => each.y));
  const room = { x: width - 2 * margin.x, y: height - 2 * margin.y };
  const scale = Math.min(
    room.x / Math.max(right - left, 1e-6),
    room.y / Math.max(bottom - top, 1e-6),
  );
  // One place alone, or several in one, stand in the middle.
  const used = right - left < 1e-6 && bottom - top < 1e-6 ? 0 : scale;
  const start = {
    x: (width - (right - left) * used) / 2,
    y: (height - (bottom - top) * used) / 2,
  };
  return flat.map((each) => ({
    x: start.x + (each.x - left) * used,
    y: start.y + (each.y - top) * used,
  }));
}

/** Where the name of a place stands: on the side away from the way to it and on. */
export function beside(
  spots: Spot[],
  index: number,
): Spot & { anchor: "start" | "end" | "middle" } {
  const spot = spots[index];
  if (!spot) return { x: 0, y: 0, anchor: "middle" };
  let [x, y] = [0, 0];
  for (const near of [spots[index - 1], spots[index + 1]]) {
    if (!near) continue;
    const length = Math.hypot(spot.x - near.x, spot.y - near.y) || 1;
    x += (spot.x - near.x) / length;
    y += (spot.y - near.y) / length;
  }
  const length = Math.hypot(x, y);
  // On a straight way both sides are as good: below.
  [x, y] = length < 0.3 ? [0, 1] : [x / length, y / length];
  const anchor = x > 0.5 ? "start" : x < -0.5 ? "end" : "middle";
  return { x: spot.x + x * 14, y: spot.y + y * 20 + 4, anchor };
}

function extent(values: number[]): [number, number] {
  return [Math.min(...values), Math.max(...values)];
}
