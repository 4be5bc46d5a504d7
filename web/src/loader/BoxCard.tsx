import { standsOn, turned } from "../load/why";
import { where } from "../load/words";
import { kg } from "../ui/format";
import { Icon, type IconName } from "../ui/Icon";
import { PlaceDrawing } from "./PlaceDrawing";
import type { LoadBox, LoadSheet } from "./types";
import { REASONS } from "./types";

interface Props {
  sheet: LoadSheet;
  boxes: LoadBox[];
  box: LoadBox;
  onGo: (by: number) => void;
}

/** One piece: which it is, how to lift and turn it, and where it goes. */
export function BoxCard({ sheet, boxes, box, onGo }: Props) {
  const stop = sheet.stops.find((each) => each.stop === box.stop);
  const way = turned(box);
  return (
    <article className="loader-card" aria-label={`Piece ${box.sequence}`}>
      <div className="loader-which">
        <button
          type="button"
          className="loader-step"
          aria-label="Piece before"
          disabled={box.sequence <= 1}
          onClick={() => onGo(-1)}
        >
          <Icon name="left" size={26} />
        </button>
        <div className="grow">
          <p className="loader-sequence">
            Piece <strong className="num">{box.sequence}</strong>
            <State box={box} />
          </p>
          <h2>{box.name}</h2>
          <p className="loader-label num">
            {box.piece !== undefined && `${box.piece} of ${box.of} · `}
            {`stop ${box.stop}`}
            {stop && `, ${stop.city}`}
          </p>
        </div>
        <button
          type="button"
          className="loader-step"
          aria-label="Piece after"
          disabled={box.sequence >= boxes.length}
          onClick={() => onGo(1)}
        >
          <Icon name="right" size={26} />
        </button>
      </div>
      <ul className="loader-facts">
        <li>
          <span>Weight</span>
          <strong className="num">{kg(box.weightGrams)}</strong>
        </li>
        <li>
          <span>Size, cm</span>
          <strong className="num">
            {[box.lengthMm, box.widthMm, box.heightMm].map(cm).join(" × ")}
          </strong>
        </li>
      </ul>
      <Hints sheet={sheet} box={box} />
      <p className="loader-where">
        <strong>{where(box, sheet.container)}</strong>
        {`, on ${below(box, boxes)}.${way ? ` ${way}.` : ""}`}
      </p>
      <div className="loader-drawings">
        <PlaceDrawing side="side" {...{ sheet, boxes, box }} />
        <PlaceDrawing side="top" {...{ sheet, boxes, box }} />
        <PlaceDrawing side="rear" {...{ sheet, boxes, box }} />
      </div>
    </article>
  );
}

const cm = (length: number) =>
  (length / 10).toLocaleString(undefined, { maximumFractionDigits: 1 });

function State({ box }: { box: LoadBox }) {
  if (box.state === "open") return null;
  const placed = box.state === "placed";
  const reason = REASONS.find(([key]) => key === box.reason)?.[1];
  return (
    <span className={placed ? "status status-delivered" : "status status-failed"}>
      <Icon name={placed ? "check" : "alarm"} size={18} />
      {placed ? "Placed" : reason ?? "Problem"}
    </span>
  );
}

function Hints({ sheet, box }: { sheet: LoadSheet; box: LoadBox }) {
  const hints: [IconName, string][] = [];
  if (box.lift === "two") {
    hints.push(["customers", "Two people"]);
  }
  if (box.lift === "aid") {
    hints.push(["vehicles", "Truck or trolley"]);
  }
  if (box.fragile) hints.push(["fragile", "Fragile"]);
  if (hints.length === 0) return null;
  return (
    <ul
      className="loader-hints"
      title={`One person up to ${kg(sheet.lifting.oneGrams)}, two up to ${
        kg(sheet.lifting.twoGrams)
      } (${sheet.lifting.source})`}
    >
      {hints.map(([icon, text]) => (
        <li key={text}>
          <Icon name={icon} size={20} />
          {text}
        </li>
      ))}
    </ul>
  );
}

function below(box: LoadBox, boxes: LoadBox[]): string {
  if (box.zMm === 0 || (box.restsOn ?? []).length === 0) return standsOn(box);
  const missing = boxes.filter((each) =>
    box.restsOn?.includes(each.sequence) && each.state === "problem"
  );
  const said = standsOn(box);
  return missing.length === 0
    ? said
    : `${said}, of which ${missing.map((each) => each.sequence).join(", ")} could not be placed`;
}
