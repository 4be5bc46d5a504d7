import type { Box, LoadedVehicle } from "../api/types";
import { meters } from "../ui/format";
import type { View } from "./scene";
import { stopColour } from "./stops";

interface Props {
  vehicle: LoadedVehicle;
  view: View;
  onPick: (box: Box | null) => void;
}

/** The same load as plans from above and from the side; needs no WebGL and prints well. */
export function Plan2D({ vehicle, view, onPick }: Props) {
  const { lengthMm, widthMm, heightMm } = vehicle.container;
  const loaded = vehicle.boxes.filter((box) => box.sequence <= view.step);
  const above = [...loaded].sort((a, b) => a.zMm + a.heightMm - b.zMm - b.heightMm);
  const beside = [...loaded].sort((a, b) => a.yMm + a.widthMm - b.yMm - b.widthMm);
  const centre = view.centre ? vehicle.centreOfGravity : null;
  return (
    <div className="plans">
      <Plan
        title={`From above, ${meters(lengthMm)} × ${meters(widthMm)}`}
        length={lengthMm}
        depth={widthMm}
        view={view}
        onPick={onPick}
        centre={centre ? { x: centre.xMm, y: centre.yMm } : null}
        rows={above.map((box) => ({ box, y: box.yMm, depth: box.widthMm }))}
      />
      <Plan
        title={`From the side, ${meters(lengthMm)} × ${meters(heightMm)}`}
        length={lengthMm}
        depth={heightMm}
        view={view}
        onPick={onPick}
        centre={centre ? { x: centre.xMm, y: heightMm - centre.zMm } : null}
        rows={beside.map((box) => ({
          box,
          y: heightMm - box.zMm - box.heightMm,
          depth: box.heightMm,
        }))}
      />
    </div>
  );
}

interface PlanProps {
  title: string;
  length: number;
  depth: number;
  view: View;
  rows: { box: Box; y: number; depth: number }[];
  centre: { x: number; y: number } | null;
  onPick: (box: Box | null) => void;
}

function Plan({ title, length, depth, view, rows, centre, onPick }: PlanProps) {
  const room = length * 0.02;
  return (
    <figure className="plan">
      <figcaption>
        <span>Front</span>
        <span>{title}</span>
        <span>Door</span>
      </figcaption>
      <svg
        viewBox={`${-room} ${-room} ${length + 2 * room} ${depth + 2 * room}`}
        role="img"
        aria-label={title}
      >
        <rect className="plan-room" width={length} height={depth} />
        {rows.map(({ box, y, depth: high }) => (
          <g key={box.sequence} onClick={() => onPick(box)}>
            <rect
              className={box.sequence === view.selected ? "plan-box plan-selected" : "plan-box"}
              x={box.xMm}
              y={y}
              width={box.lengthMm}
              height={high}
              fill={stopColour(box.stop)}
            />
            {box.lengthMm > length * 0.035 && high > length * 0.025 && (
              <text
                className="plan-number"
                x={box.xMm + box.lengthMm / 2}
                y={y + high / 2}
                fontSize={length * 0.018}
              >
                {box.sequence}
              </text>
            )}
          </g>
        ))}
        {centre && (
          <g className="plan-centre">
            <circle cx={centre.x} cy={centre.y} r={length * 0.009} />
            <path
              d={`M${centre.x - length * 0.02} ${centre.y}h${length * 0.04}M${centre.x} ${
                centre.y - length * 0.02
              }v${length * 0.04}`}
            />
          </g>
        )}
      </svg>
    </figure>
  );
}
