import { counted, kg, percent } from "../ui/format";
import type { PlacedBox, VehicleLoad } from "./types";

/** Why a box may stand where it stands, worked out from the layout itself. */

const overlap = (a: number, la: number, b: number, lb: number) => a < b + lb && b < a + la;

function meetsBelow(a: PlacedBox, b: PlacedBox): boolean {
  return overlap(a.xMm, a.lengthMm, b.xMm, b.lengthMm) &&
    overlap(a.yMm, a.widthMm, b.yMm, b.widthMm);
}

/** The boxes between a box and the door. */
export function before(box: PlacedBox, boxes: PlacedBox[]): PlacedBox[] {
  return boxes.filter((each) =>
    each.xMm >= box.xMm + box.lengthMm && overlap(each.yMm, each.widthMm, box.yMm, box.widthMm) &&
    overlap(each.zMm, each.heightMm, box.zMm, box.heightMm)
  );
}

/** The boxes that stand above a box, on it or on others. */
export function above(box: PlacedBox, boxes: PlacedBox[]): PlacedBox[] {
  return boxes.filter((each) => each.zMm >= box.zMm + box.heightMm && meetsBelow(each, box));
}

export const sequences = (numbers: number[]) =>
  numbers.length > 6
    ? `${numbers.slice(0, 5).join(", ")} and ${numbers.length - 5} more`
    : numbers.join(", ").replace(/, (\d+)$/, " and $1");

export function standsOn(box: PlacedBox): string {
  if (box.zMm === 0) return "the floor";
  const below = box.restsOn ?? [];
  if (below.length === 0) return `${percent(box.supported)} of its base`;
  return `${below.length === 1 ? "box" : "boxes"} ${sequences(below)}`;
}

/** "3 boxes stand between it and the door, 2 above it". */
function inTheWay(front: number, top: number): string {
  const parts = [
    front > 0 ? `${counted(front, "box stands", "boxes stand")} between it and the door` : "",
    top > 0
      ? front > 0 ? `${top} above it` : `${counted(top, "box stands", "boxes stand")} above it`
      : "",
  ];
  return parts.filter(Boolean).join(", ");
}

const SIDES = { length: "length", width: "width", height: "height" };

/** How it is turned, in words. */
export function turned(box: PlacedBox): string | null {
  if (!box.upright || !box.along) return null;
  const stands = box.upright === "height" ? "Upright" : `On end, its ${SIDES[box.upright]} upright`;
  return `${stands}, its ${SIDES[box.along]} along the vehicle`;
}

export function why(box: PlacedBox, vehicle: VehicleLoad): string[] {
  const boxes = vehicle.boxes;
  const said: string[] = [];
  const front = before(box, boxes);
  const top = above(box, boxes);
  const stops = new Set(boxes.map((each) => each.stop)).size;
  said.push(
    box.zMm === 0
      ? "It stands on the floor."
      : `${percent(box.supported)} of its base rests on ${standsOn(box)}.`,
  );
  if (stops > 1) {
    const last = Math.max(0, ...[...front, ...top].map((each) => each.stop));
    said.push(
      last === 0
        ? "Nothing stands on it or between it and the door."
        : last <= box.stop
        ? `${inTheWay(front.length, top.length)}: all for stop ${
          last === box.stop ? last : `${last} or an earlier one`
        }, so it can be reached at stop ${box.stop}.`
        : `A box for stop ${last} is in its way.`,
    );
  } else if (front.length === 0) said.push("Nothing stands between it and the door.");
  if (box.bearsGrams > 0) {
    said.push(
      typeof box.maxLoadGrams === "number"
        ? `It bears ${kg(box.bearsGrams)} of the ${kg(box.maxLoadGrams)} it may bear.`
        : `It bears ${kg(box.bearsGrams)}; nobody limits what it may bear.`,
    );
  }
  if (box.fragile) {
    said.push(
      top.length === 0
        ? "It is fragile, and nothing stands on it."
        : "It is fragile: only fragile boxes that are not heavier stand on it.",
    );
  }
  if (box.lift === "two") said.push("Two people should lift it.");
  if (box.lift === "aid") said.push("It needs a truck, a trolley or a hoist.");
  return said;
}
