import type { Box } from "../api/types";
import { IconButton } from "../ui/Button";
import { Facts } from "../ui/Data";
import { kg, mm, percent } from "../ui/format";
import { Section } from "../ui/Page";
import { stopColour } from "./stops";

interface Props {
  box: Box | null;
  step: number;
  total: number;
  onClose: (() => void) | undefined;
}

/** Where a box goes, and the proof that it may stand there. */
export function BoxProof({ box, step, total, onClose }: Props) {
  if (!box) {
    return (
      <Section title="Boxes">
        <p className="faint">
          {step === 0
            ? `Empty. Step on to load the first of ${total}.`
            : "Press a box to see its place and its proof, or step through the loading."}
        </p>
      </Section>
    );
  }
  const bears = typeof box.maxLoadGrams === "number"
    ? `${kg(box.bearsGrams)} of ${kg(box.maxLoadGrams)}`
    : kg(box.bearsGrams);
  return (
    <Section
      title={`Box ${box.sequence}`}
      aside={onClose && <IconButton icon="close" label="No box" onClick={onClose} />}
    >
      <p className="box-name">
        <span className="swatch" style={{ background: stopColour(box.stop) }} />
        <strong>{box.name}</strong>
      </p>
      <Facts
        facts={[
          ["Stop", String(box.stop)],
          ["From the front", `${mm(box.xMm)} mm`],
          ["From the left", `${mm(box.yMm)} mm`],
          ["Above the floor", box.zMm === 0 ? "on the floor" : `${mm(box.zMm)} mm`],
          ["As placed", `${mm(box.lengthMm)} × ${mm(box.widthMm)} × ${mm(box.heightMm)} mm`],
          ["Weight", kg(box.weightGrams)],
          ["Supported", percent(box.supported)],
          ["Bears", bears],
          ...(box.fragile ? [["Fragile", "nothing heavy on top"] as [string, string]] : []),
        ]}
      />
    </Section>
  );
}
