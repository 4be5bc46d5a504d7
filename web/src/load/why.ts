import { counted, kg, percent } from "../ui/format";
import { above, before, reach } from "./reach";
import type { PlacedBox, VehicleLoad } from "./types";

/** The proof that a box may stand where it stands, worked out from the layout itself. */

export interface Proof {
  label: string;
  /** Whether it holds; null where nothing is asked for. */
  holds: boolean | null;
  said: string;
  /** How much of what is allowed it takes, 0…1 and beyond. */
  share?: number;
}

export const sequences = (numbers: number[]) =>
  numbers.length > 6
    ? `${numbers.slice(0, 5).join(", ")} and ${numbers.length - 5} more`
    : numbers.join(", ").replace(/, (\d+)$/, " and $1");

const boxesSaid = (numbers: number[]) =>
  `${numbers.length === 1 ? "box" : "boxes"} ${sequences(numbers)}`;

export function standsOn(box: PlacedBox): string {
  if (box.zMm === 0) return "the floor";
  const below = box.restsOn ?? [];
  if (below.length === 0) return `${percent(box.supported)} of its base`;
  return boxesSaid(below);
}

/** The boxes below that bear it, each with its share of the base, the largest first. */
export function bearers(
  box: PlacedBox,
  boxes: PlacedBox[],
): { box: PlacedBox; share: number }[] {
  if (box.zMm === 0) return [];
  const base = box.lengthMm * box.widthMm;
  return boxes.flatMap((each) => {
    if (each.zMm + each.heightMm !== box.zMm) return [];
    const along = Math.min(box.xMm + box.lengthMm, each.xMm + each.lengthMm) -
      Math.max(box.xMm, each.xMm);
    const across = Math.min(box.yMm + box.widthMm, each.yMm + each.widthMm) -
      Math.max(box.yMm, each.yMm);
    return along > 0 && across > 0 ? [{ box: each, share: (along * across) / base }] : [];
  }).sort((a, b) => b.share - a.share || a.box.sequence - b.box.sequence);
}

const SIDES = { length: "length", width: "width", height: "height" };

/** How it is turned, in words. */
export function turned(box: PlacedBox): string | null {
  if (!box.upright || !box.along) return null;
  const stands = box.upright === "height" ? "Upright" : `On end, its ${SIDES[box.upright]} upright`;
  return `${stands}, its ${SIDES[box.along]} along the vehicle`;
}

function support(box: PlacedBox, boxes: PlacedBox[]): Proof {
  const label = "Supported";
  if (box.zMm === 0) return { label, holds: true, said: `${percent(1)} of its base, by the floor` };
  const below = bearers(box, boxes);
  const parts = below.slice(0, 4).map((each) => `box ${each.box.sequence} ${percent(each.share)}`);
  const rest = below.length > 4 ? ` and ${below.length - 4} more` : "";
  return {
    label,
    // The rule may ask for less than all of it; that it is kept, the packing has checked.
    holds: box.supported >= 0.9995 ? true : null,
    said: `${percent(box.supported)} of its base${
      below.length === 1
        ? `, by box ${below[0]?.box.sequence}`
        : below.length > 1
        ? `: ${parts.join(", ")}${rest}`
        : ""
    }`,
  };
}

function bearing(box: PlacedBox): Proof {
  const label = "Bears";
  const most = box.maxLoadGrams;
  if (typeof most !== "number") {
    return {
      label,
      holds: null,
      said: box.bearsGrams > 0
        ? `${kg(box.bearsGrams)}; nobody limits what it may bear`
        : "nothing; nobody limits what it may bear",
    };
  }
  return {
    label,
    holds: box.bearsGrams <= most,
    said: `${kg(box.bearsGrams)} of ${kg(most)} allowed`,
    ...(most > 0 ? { share: box.bearsGrams / most } : {}),
  };
}

/** "boxes 3 and 4 for stop 2 stand above it, box 7 for stop 3 between it and the door". */
function blockers(boxes: PlacedBox[], where: string): string[] {
  if (boxes.length === 0) return [];
  const stops = [...new Set(boxes.map((each) => each.stop))].sort((a, b) => a - b);
  return [
    `${boxesSaid(boxes.map((each) => each.sequence))} for ${
      stops.length === 1 ? `stop ${stops[0]}` : `stops ${sequences(stops)}`
    } ${boxes.length === 1 ? "stands" : "stand"} ${where}`,
  ];
}

function reached(box: PlacedBox, boxes: PlacedBox[]): Proof {
  const label = "Reached";
  const found = reach(box, boxes);
  if (!found.reachable) {
    const why = [
      ...blockers(found.above, "above it"),
      ...blockers(found.before, "between it and the door"),
    ].join(", ");
    return {
      label,
      holds: false,
      said: why ? `Not at stop ${box.stop}: ${why}` : `It cannot be reached at stop ${box.stop}`,
    };
  }
  const ahead = above(box, boxes).length + before(box, boxes).length;
  return {
    label,
    holds: true,
    said: ahead === 0
      ? `At stop ${box.stop}: nothing is above it or between it and the door`
      : `At stop ${box.stop}: the ${
        counted(ahead, "box", "boxes")
      } above it or between it and the door ${ahead === 1 ? "comes" : "come"} out before it`,
  };
}

/** What shows that a box may stand there, the same rules in the same order for each. */
export function proofs(box: PlacedBox, { boxes }: VehicleLoad): Proof[] {
  const said = [support(box, boxes), bearing(box), reached(box, boxes)];
  if (box.fragile) {
    const on = boxes.filter((each) => bearers(each, [box]).length > 0);
    said.push({
      label: "Fragile",
      holds: on.every((each) => each.fragile && each.weightGrams <= box.weightGrams),
      said: on.length === 0
        ? "Nothing stands on it"
        : `On it ${on.length === 1 ? "stands" : "stand"} ${
          boxesSaid(on.map((each) => each.sequence))
        }: only fragile ones that are not heavier may`,
    });
  }
  return said;
}
