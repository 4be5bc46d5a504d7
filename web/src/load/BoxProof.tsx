import { useMemo } from "react";
import { IconButton } from "../ui/Button";
import { Facts } from "../ui/Data";
import { kg, mm } from "../ui/format";
import { Icon } from "../ui/Icon";
import { Section } from "../ui/Page";
import type { Category } from "./colouring";
import { Swatch } from "./Patterns";
import type { PlacedBox, VehicleLoad } from "./types";
import { type Proof, proofs, turned } from "./why";

interface Props {
  box: PlacedBox | null;
  vehicle: VehicleLoad;
  category: Category | undefined;
  step: number;
  total: number;
  /** It stands on the side of the section that is taken away. */
  away: boolean;
  onClose: (() => void) | undefined;
}

/** Where a box goes, and the proof that it may stand there. */
export function BoxProof({ box, vehicle, category, step, total, away, onClose }: Props) {
  const found = useMemo(() => box ? proofs(box, vehicle) : [], [box, vehicle]);
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
  const way = turned(box);
  return (
    <Section
      title={`Box ${box.sequence}`}
      aside={onClose && <IconButton icon="close" label="No box" onClick={onClose} />}
    >
      <p className="box-name">
        {category && <Swatch category={category} />}
        <strong>{box.name}</strong>
        {box.piece !== undefined && (
          <span className="faint num">
            piece {box.piece} of {box.of}
          </span>
        )}
      </p>
      {away && (
        <p className="notice box-away">
          The section takes it away; its outline shows where it stands.
        </p>
      )}
      <h3>Proof</h3>
      <ul className="proof" aria-label="Proof">
        {found.map((each) => <Proven key={each.label} proof={each} />)}
      </ul>
      <h3 className="why-title">Place</h3>
      <Facts
        facts={[
          ["Stop", String(box.stop)],
          ["Weight", `${kg(box.weightGrams)}${lift(box)}`],
          ["As placed", `${mm(box.lengthMm)} × ${mm(box.widthMm)} × ${mm(box.heightMm)} mm`],
          ...(way ? [["Turned", way] as [string, string]] : []),
          [
            "Where",
            `${mm(box.xMm)} mm from the front, ${mm(box.yMm)} mm from the left, ${
              box.zMm === 0 ? "on the floor" : `${mm(box.zMm)} mm up`
            }`,
          ],
          ...(box.goodsClass ? [["Class of goods", box.goodsClass] as [string, string]] : []),
          ...(box.priority ? [["Priority", `${box.priority} of 9`] as [string, string]] : []),
        ]}
      />
    </Section>
  );
}

const lift = (box: PlacedBox) =>
  box.lift === "two"
    ? ", two people lift it"
    : box.lift === "aid"
    ? ", lifted with a truck or a hoist"
    : "";

function Proven({ proof: { label, holds, said, share } }: { proof: Proof }) {
  const tone = holds === null ? "plain" : holds ? "good" : "bad";
  return (
    <li className={`proof-${tone}`}>
      <Icon name={holds === null ? "info" : holds ? "check" : "alarm"} size={16} />
      <span className="sr-only">
        {holds === null ? "No rule: " : holds ? "Kept: " : "Broken: "}
      </span>
      <strong>{label}</strong>
      <span>{said}</span>
      {share !== undefined && (
        <span className={share > 1 ? "gauge gauge-over" : "gauge"} aria-hidden="true">
          <span style={{ width: `${Math.min(1, share) * 100}%` }} />
        </span>
      )}
    </li>
  );
}
