import { useMemo } from "react";
import { IconButton } from "../ui/Button";
import { Facts } from "../ui/Data";
import { kg, mm, percent } from "../ui/format";
import { Section } from "../ui/Page";
import type { Category } from "./colouring";
import { Swatch } from "./Patterns";
import type { PlacedBox, VehicleLoad } from "./types";
import { standsOn, turned, why } from "./why";

interface Props {
  box: PlacedBox | null;
  vehicle: VehicleLoad;
  category: Category | undefined;
  step: number;
  total: number;
  onClose: (() => void) | undefined;
}

/** Where a box goes, and the proof that it may stand there. */
export function BoxProof({ box, vehicle, category, step, total, onClose }: Props) {
  const reasons = useMemo(() => box ? why(box, vehicle) : [], [box, vehicle]);
  if (!box) {
    return (
      <Section title="Box">
        <p className="faint">
          {step === 0
            ? `Empty. Step on to load the first of ${total}.`
            : "Press a box, or walk the list below with the arrow keys, to see its place and its proof."}
        </p>
      </Section>
    );
  }
  const bears = typeof box.maxLoadGrams === "number"
    ? `${kg(box.bearsGrams)} of ${kg(box.maxLoadGrams)}`
    : `${kg(box.bearsGrams)}, no limit given`;
  const way = turned(box);
  return (
    <Section
      title={`Box ${box.sequence}`}
      aside={onClose && <IconButton icon="close" label="No box" onClick={onClose} />}
    >
      <p className="box-name">
        {category && <Swatch category={category} />}
        <strong>{box.name}</strong>
        {box.piece !== undefined && <span className="faint num">piece {box.piece} of {box.of}
        </span>}
      </p>
      <Facts
        facts={[
          ["Stop", String(box.stop)],
          ["Weight", kg(box.weightGrams)],
          ["As placed", `${mm(box.lengthMm)} × ${mm(box.widthMm)} × ${mm(box.heightMm)} mm`],
          ...(way ? [["Turned", way] as [string, string]] : []),
          [
            "Where",
            `${mm(box.xMm)} mm from the front, ${mm(box.yMm)} mm from the left, ${
              box.zMm === 0 ? "on the floor" : `${mm(box.zMm)} mm up`
            }`,
          ],
          ["Stands on", standsOn(box)],
          ["Supported", percent(box.supported)],
          ["Bears", bears],
        ]}
      />
      <h3 className="why-title">Why here</h3>
      <ul className="why">
        {reasons.map((reason) => <li key={reason}>{reason}</li>)}
      </ul>
    </Section>
  );
}
