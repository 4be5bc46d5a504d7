import type { PlacedBox, VehicleLoad } from "./types";

/** Which boxes one sees from a side, so that of ten thousand only some hundreds are drawn. */

export type Side = "top" | "side" | "rear";

export interface Sized {
  width: number;
  height: number;
}

export interface Outline extends Sized {
  box: PlacedBox;
  x: number;
  y: number;
}

/**
 * The boxes' outlines, the farthest first; y goes down. From the side one stands on the left, so that
 * the door is on the right; from above the left side is below.
 */
export function outlines(vehicle: VehicleLoad, side: Side): Outline[] {
  const { heightMm: high, widthMm: wide } = vehicle.container;
  const near: Record<Side, (box: PlacedBox) => number> = {
    top: (box) => box.zMm + box.heightMm,
    side: (box) => -box.yMm,
    rear: (box) => box.xMm + box.lengthMm,
  };
  return vehicle.boxes.map((box): Outline => {
    const y = high - box.zMm - box.heightMm;
    if (side === "top") {
      const top = wide - box.yMm - box.widthMm;
      return { box, x: box.xMm, y: top, width: box.lengthMm, height: box.widthMm };
    }
    return side === "side"
      ? { box, x: box.xMm, y, width: box.lengthMm, height: box.heightMm }
      : { box, x: box.yMm, y, width: box.widthMm, height: box.heightMm };
  }).sort((a, b) => near[side](a.box) - near[side](b.box));
}

/** How many cells the longer side has in which it is tried who is seen. */
const CELLS = 1200;

/** Those of which something is seen, still the farthest first. */
export function visible(from: Outline[], size: Sized): Outline[] {
  if (from.length < 200) return from;
  const cell = Math.max(size.width, size.height) / CELLS;
  const [columns, rows] = [Math.ceil(size.width / cell), Math.ceil(size.height / cell)];
  const top = new Int32Array(columns * rows).fill(-1);
  from.forEach(({ x, y, width, height }, index) => {
    const last = Math.min(
      columns,
      Math.max(Math.round((x + width) / cell), Math.round(x / cell) + 1),
    );
    const end = Math.min(rows, Math.max(Math.round((y + height) / cell), Math.round(y / cell) + 1));
    for (let row = Math.round(y / cell); row < end; row++) {
      top.fill(index, row * columns + Math.round(x / cell), row * columns + last);
    }
  });
  const seen = new Set(top);
  return from.filter((_, index) => seen.has(index));
}
