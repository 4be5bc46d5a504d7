import { IconButton } from "../ui/Button";

interface Props {
  step: number;
  total: number;
  onStep: (step: number) => void;
}

/** Through the loading sequence, one box at a time. */
export function StepBar({ step, total, onStep }: Props) {
  return (
    <div className="step-bar">
      <IconButton
        icon="left"
        label="Previous box"
        disabled={step === 0}
        onClick={() => onStep(step - 1)}
      />
      <input
        type="range"
        min={0}
        max={total}
        value={step}
        aria-label="Boxes loaded"
        aria-valuetext={`${step} of ${total} loaded`}
        onChange={(event) => onStep(Number(event.target.value))}
      />
      <IconButton
        icon="right"
        label="Next box"
        disabled={step === total}
        onClick={() => onStep(step + 1)}
      />
      <span className="num step-count">
        <strong>{step}</strong> / {total}
      </span>
    </div>
  );
}
