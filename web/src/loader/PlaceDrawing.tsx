import { meters } from "../ui/format";
import type { LoadBox, LoadSheet } from "./types";

/** Where a piece goes, drawn large: what stands already around it, and the piece itself. */

type Side = "top" | "side" | "rear";

interface Shape {
  x: number;
  y: number;
  width: number;
  height: number;
}

interface Props {
  sheet: LoadSheet;
  boxes: LoadBox[];
  box: LoadBox;
  side: Side;
}

/** As in the plans: the door is on the right, the left side below; from the door, left is left. */
function shape(box: LoadBox, sheet: LoadSheet, side: Side): Shape {
  const { widthMm, heightMm } = sheet.container;
  const high = heightMm - box.zMm - box.heightMm;
  switch (side) {
    case "top":
      return {
        x: box.xMm,
        y: widthMm - box.yMm - box.widthMm,
        width: box.lengthMm,
        height: box.widthMm,
      };
    case "side":
      return { x: box.xMm, y: high, width: box.lengthMm, height: box.heightMm };
    case "rear":
      return { x: box.yMm, y: high, width: box.widthMm, height: box.heightMm };
  }
}

const NEAR: Record<Side, (box: LoadBox) => number> = {
  top: (box) => box.zMm + box.heightMm,
  side: (box) => -box.yMm,
  rear: (box) => box.xMm + box.lengthMm,
};

const TITLES: Record<Side, string> = {
  top: "From above",
  side: "From the left side",
  rear: "From the door",
};

export function PlaceDrawing({ sheet, boxes, box, side }: Props) {
  const { lengthMm, widthMm, heightMm } = sheet.container;
  const deep = side === "top" ? widthMm : heightMm;
  const long = side === "rear" ? widthMm : lengthMm;
  // So much of a long vehicle that the piece is as large as a thumb.
  const wide = side === "rear" ? long : Math.min(long, Math.max(deep * 2.6, box.lengthMm * 3));
  const middle = box.xMm + box.lengthMm / 2;
  const from = side === "rear" ? 0 : Math.max(0, Math.min(long - wide, middle - wide * 0.55));
  const own = shape(box, sheet, side);
  const there = boxes
    .filter((each) =>
      each.sequence < box.sequence &&
      (side === "rear" || (each.xMm < from + wide && each.xMm + each.lengthMm > from))
    )
    .sort((a, b) => NEAR[side](a) - NEAR[side](b));
  const unit = wide / 350;
  const edge = 4 * unit;
  const id = `place-${side}`;
  return (
    <figure className={`place-drawing place-${side}`}>
      <figcaption>
        {side === "rear"
          ? <span>Left</span>
          : <span>{from > 0 ? `${meters(from)} in` : "Front"}</span>}
        <span>{TITLES[side]}</span>
        {side === "rear"
          ? <span>Right</span>
          : <span>{from + wide < long - 1 ? `to ${meters(from + wide)}` : "Door"}</span>}
      </figcaption>
      <svg
        viewBox={`${from - edge} ${-edge} ${wide + 2 * edge} ${deep + 2 * edge}`}
        role="img"
        aria-label={`${
          TITLES[side]
        }: piece ${box.sequence} among ${there.length} that stand already`}
      >
        <defs>
          <pattern
            id={id}
            width={9}
            height={9}
            patternUnits="userSpaceOnUse"
            patternTransform={`scale(${unit})`}
          >
            <rect className="place-own-ground" width={9} height={9} />
            <path className="place-own-ink" d="M-2 2 2-2M-2 11 11-2M7 11l4-4" />
          </pattern>
        </defs>
        <rect className="place-room" x={from} width={wide} height={deep} />
        {there.map((each) => {
          const { x, y, width, height } = shape(each, sheet, side);
          return (
            <rect
              key={each.sequence}
              className={each.state === "problem" ? "place-box place-gap" : "place-box"}
              {...{ x, y, width, height }}
            />
          );
        })}
        <rect className="place-own" {...own} fill={`url(#${id})`} />
        {Math.min(own.width, own.height) > 24 * unit && (
          <g transform={`translate(${own.x + own.width / 2} ${own.y + own.height / 2})`}>
            <rect
              className="place-plate"
              x={-(String(box.sequence).length * 6 + 5) * unit}
              y={-12 * unit}
              width={(String(box.sequence).length * 12 + 10) * unit}
              height={24 * unit}
              rx={5 * unit}
            />
            <text className="place-number" fontSize={18 * unit}>{box.sequence}</text>
          </g>
        )}
      </svg>
      {side === "side" && wide < long && (
        <span className="place-whole" aria-hidden="true">
          <span style={{ left: `${100 * from / long}%`, width: `${100 * wide / long}%` }} />
          <i style={{ left: `${100 * middle / long}%` }} />
        </span>
      )}
    </figure>
  );
}
