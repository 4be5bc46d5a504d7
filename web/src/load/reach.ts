import type { PlacedBox } from "./types";

/** Whether a box can be taken out at its stop, from where the boxes stand. */

export interface Reach {
  reachable: boolean;
  /** The boxes for later stops that are in its way, above it and between it and the door. */
  above: PlacedBox[];
  before: PlacedBox[];
}

const overlap = (a: number, la: number, b: number, lb: number) => a < b + lb && b < a + la;

/** The boxes between a box and the door: at its height, across from it. */
export function before(box: PlacedBox, boxes: PlacedBox[]): PlacedBox[] {
  return boxes.filter((each) =>
    each.xMm >= box.xMm + box.lengthMm && overlap(each.yMm, each.widthMm, box.yMm, box.widthMm) &&
    overlap(each.zMm, each.heightMm, box.zMm, box.heightMm)
  );
}

/** The boxes that stand above a box, on it or on others. */
export function above(box: PlacedBox, boxes: PlacedBox[]): PlacedBox[] {
  return boxes.filter((each) =>
    each.zMm >= box.zMm + box.heightMm &&
    overlap(each.xMm, each.lengthMm, box.xMm, box.lengthMm) &&
    overlap(each.yMm, each.widthMm, box.yMm, box.widthMm)
  );
}

/**
 * What is for a later stop may stand neither above a box nor between it and the door: it is not yet
 * unloaded then. What the layout says of it counts; of older ones it is worked out.
 */
export function reach(box: PlacedBox, boxes: PlacedBox[]): Reach {
  const later = boxes.filter((each) => each.stop > box.stop);
  const [over, front] = [above(box, later), before(box, later)];
  return {
    reachable: box.reachable ?? over.length + front.length === 0,
    above: over,
    before: front,
  };
}
