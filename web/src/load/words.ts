import { meters, mm } from "../ui/format";
import type { PlacedBox } from "./types";
import { standsOn, turned } from "./why";

/** Below this a box touches the wall, for who loads it. */
const TOUCHES_MM = 20;
/** With less room beside it there is no left or right. */
const SPARE_MM = 100;

/** "Left wall, against the front wall", "Middle, 4.2 m from the front wall". */
export function where(box: PlacedBox, { widthMm }: { widthMm: number }): string {
  const [left, right] = [box.yMm, widthMm - box.yMm - box.widthMm];
  const spare = widthMm - box.widthMm;
  const side = spare < SPARE_MM || Math.abs(left - right) < spare * 0.2
    ? "Middle"
    : left < right
    ? "Left"
    : "Right";
  const touch = side !== "Middle" && Math.min(left, right) < TOUCHES_MM ? " wall" : "";
  const far = box.xMm < TOUCHES_MM
    ? "against the front wall"
    : `${meters(box.xMm)} from the front wall`;
  return `${side}${touch}, ${far}`;
}

/** How far a box went: "120 mm to the door, 40 mm left, turned"; the axes are the layout's. */
export function shift(before: PlacedBox, after: PlacedBox): string {
  const way = (by: number, up: string, down: string) =>
    by === 0 ? "" : `${mm(Math.abs(by))} mm ${by > 0 ? up : down}`;
  const turned = before.lengthMm !== after.lengthMm || before.widthMm !== after.widthMm ||
    before.heightMm !== after.heightMm;
  return [
    way(after.xMm - before.xMm, "to the door", "to the front"),
    way(after.yMm - before.yMm, "right", "left"),
    way(after.zMm - before.zMm, "up", "down"),
    turned ? "turned" : "",
  ].filter(Boolean).join(", ");
}

/** What a step of the loading sequence asks for, in two lines: what to take, and where to put it. */
export function instruction(
  box: PlacedBox,
  container: { widthMm: number },
): { take: string; put: string } {
  const piece = box.piece !== undefined && (box.of ?? 1) > 1
    ? `, piece ${box.piece} of ${box.of}`
    : "";
  const way = turned(box);
  const lift = box.lift === "two"
    ? " Two people lift it."
    : box.lift === "aid"
    ? " Lift it with a truck or a hoist."
    : "";
  return {
    take: `${box.name}${piece}, for stop ${box.stop}`,
    put: `${where(box, container)}, on ${standsOn(box)}.${way ? ` ${way}.` : ""}${lift}${
      box.fragile ? " It is fragile." : ""
    }`,
  };
}
