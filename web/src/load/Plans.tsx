import { useMemo } from "react";
import { meters } from "../ui/format";
import type { Colouring } from "./colouring";
import { Patterns } from "./Patterns";
import type { View } from "./scene";
import { extentOf, kept, remaining, type Section } from "./section";
import type { PlacedBox, VehicleLoad } from "./types";
import { type Outline, outlines, type Side, type Sized, visible } from "./visible";

interface Props {
  vehicle: VehicleLoad;
  colouring: Colouring;
  view: View;
  onPick: (box: PlacedBox | null) => void;
  /** Tells several of them apart on one page. */
  name?: string;
}

const TITLES: Record<Side, string> = {
  side: "From the left side",
  top: "From above, the left side below",
  rear: "From the door",
};

/** The same load from the side, from above and from the door; needs no WebGL and prints well. */
export function Plans(props: Props) {
  return (
    <div className="plans">
      {(["side", "top", "rear"] as const).map((side) => <Plan key={side} side={side} {...props} />)}
    </div>
  );
}

/** How large the view from a side is, in millimetres. */
function canvas(vehicle: VehicleLoad, side: Side): Sized {
  const { lengthMm, widthMm, heightMm } = vehicle.container;
  return side === "rear"
    ? { width: widthMm, height: heightMm }
    : { width: lengthMm, height: side === "top" ? widthMm : heightMm };
}

function Plan({ side, vehicle, colouring, view, onPick, name = "plan" }: Props & { side: Side }) {
  const size = canvas(vehicle, side);
  const section = view.section ?? null;
  const all = useMemo(() => outlines(vehicle, side), [vehicle, side]);
  const rest = useMemo(
    () =>
      section
        ? outlines(
          { ...vehicle, boxes: vehicle.boxes.flatMap((box) => remaining(box, section) ?? []) },
          side,
        )
        : all,
    [all, section],
  );
  const shown = useMemo(
    () => visible(rest.filter(({ box }) => box.sequence <= view.step), size),
    [rest, view.step, size.width, size.height],
  );
  const category = useMemo(
    () => new Map(vehicle.boxes.map((box, index) => [box.sequence, colouring.of[index] ?? 0])),
    [vehicle, colouring],
  );
  const selected = all.find(({ box }) => box.sequence === view.selected);
  const edge = Math.max(size.width, size.height) * 0.02;
  // About a pixel, as large as the drawing is shown.
  const unit = Math.max(size.width / (side === "rear" ? 320 : 880), size.height / 280);
  const id = `${name}-${side}`;
  const title = `${TITLES[side]}, ${meters(size.width)} × ${meters(size.height)}`;
  const [left, right] = side === "rear" ? ["Left", "Right"] : ["Front", "Door"];
  return (
    <figure className={`plan plan-${side}`}>
      <figcaption>
        <span>{left}</span>
        <span>{title}</span>
        <span>{right}</span>
      </figcaption>
      <svg
        viewBox={`${-edge} ${-edge} ${size.width + 2 * edge} ${size.height + 2 * edge}`}
        role="img"
        aria-label={`${title}: ${view.step} boxes loaded`}
        onClick={() => onPick(null)}
      >
        <Patterns id={id} categories={colouring.categories} scale={unit * 1.1} />
        <rect className="plan-room" width={size.width} height={size.height} />
        {shown.map(({ box, x, y, width, height }) => (
          <rect
            key={box.sequence}
            className="plan-box"
            x={x}
            y={y}
            width={width}
            height={height}
            fill={`url(#${id}-${category.get(box.sequence) ?? 0})`}
            onClick={(event) => {
              event.stopPropagation();
              onPick(box);
            }}
          />
        ))}
        {shown.length <= 160 &&
          shown.map((each) => <Number key={each.box.sequence} outline={each} unit={unit} />)}
        {selected && selected.box.sequence <= view.step && (
          <rect
            className="plan-selected"
            x={selected.x}
            y={selected.y}
            width={selected.width}
            height={selected.height}
          />
        )}
        {section && <Plane section={section} vehicle={vehicle} side={side} size={size} />}
        {view.balance && <Centre vehicle={vehicle} side={side} size={size} unit={unit} />}
      </svg>
    </figure>
  );
}

function Number(
  { outline: { box, x, y, width, height }, unit }: { outline: Outline; unit: number },
) {
  const text = String(box.sequence);
  if (width < (text.length * 8 + 6) * unit || height < 15 * unit) return null;
  return (
    <g className="plan-number" transform={`translate(${x + width / 2} ${y + height / 2})`}>
      <rect
        x={-(text.length * 4 + 4) * unit}
        y={-8 * unit}
        width={(text.length * 8 + 8) * unit}
        height={16 * unit}
        rx={4 * unit}
      />
      <text fontSize={12 * unit}>{text}</text>
    </g>
  );
}

/** What a section takes away, hatched, and its line; seen along its axis it is the whole picture. */
function Plane(
  { section, vehicle, side, size }: {
    section: Section;
    vehicle: VehicleLoad;
    side: Side;
    size: Sized;
  },
) {
  const sideways = section.axis === (side === "rear" ? "width" : "length");
  const upright = section.axis === (side === "top" ? "width" : "height");
  if (!sideways && !upright) return null;
  const most = extentOf(section.axis, vehicle.container);
  const below = kept(section).fromMm === -Infinity;
  const [from, to] = below ? [section.atMm, most] : [0, section.atMm];
  return sideways
    ? (
      <g className="plan-section">
        <rect x={from} y={0} width={to - from} height={size.height} />
        <path d={`M${section.atMm} 0V${size.height}`} />
      </g>
    )
    : (
      <g className="plan-section">
        <rect x={0} y={size.height - to} width={size.width} height={to - from} />
        <path d={`M0 ${size.height - section.atMm}H${size.width}`} />
      </g>
    );
}

/** The centre of gravity as a cross in a ring, and between which marks it may lie. */
function Centre(
  { vehicle, side, size, unit }: { vehicle: VehicleLoad; side: Side; size: Sized; unit: number },
) {
  const at = vehicle.centreOfGravity;
  if (!at) return null;
  const x = side === "rear" ? at.yMm : at.xMm;
  const y = size.height - (side === "top" ? at.yMm : at.zMm);
  const range = side === "rear" ? null : vehicle.centreOfGravityRange;
  const [foot, arm] = [side === "top" ? size.height / 2 : size.height, 12 * unit];
  return (
    <g className="plan-centre">
      {range && (
        <path
          className="plan-range"
          d={`M${range.fromMm} ${foot}H${range.toMm}M${range.fromMm} ${foot - arm}v${
            2 * arm
          }M${range.toMm} ${foot - arm}v${2 * arm}`}
        />
      )}
      <circle className="plan-halo" cx={x} cy={y} r={9 * unit} />
      <circle cx={x} cy={y} r={7 * unit} />
      <path d={`M${x - arm} ${y}h${2 * arm}M${x} ${y - arm}v${2 * arm}`} />
    </g>
  );
}
