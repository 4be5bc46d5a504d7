import { IconButton } from "../ui/Button";
import { Icon } from "../ui/Icon";
import type { Steps } from "./steps";
import type { PlacedBox, VehicleLoad } from "./types";
import { instruction } from "./words";

interface Props {
  steps: Steps;
  total: number;
  vehicle: VehicleLoad;
}

/** Through the loading sequence: play, one box at a time, along the bar, or stop by stop. */
export function StepBar({ steps, total, vehicle }: Props) {
  const { step, playing, go, play } = steps;
  const parts = stopParts(vehicle.boxes);
  return (
    <div className="step-area">
      <StepWords step={step} total={total} playing={playing} vehicle={vehicle} />
      <div className="step-bar">
        <IconButton
          icon="left"
          label="Previous box"
          disabled={step === 0}
          onClick={() => go(step - 1)}
        />
        <button
          type="button"
          className="icon-button"
          aria-label={playing ? "Pause" : "Play the loading"}
          title={playing ? "Pause" : "Play the loading"}
          onClick={play}
        >
          <svg width={18} height={18} viewBox="0 0 20 20" fill="currentColor" aria-hidden="true">
            <path
              d={playing ? "M5 4h3.500v12H5zM11.500 4H15v12h-3.500z" : "M6 3.500v13l10.500-6.500z"}
            />
          </svg>
        </button>
        <IconButton
          icon="right"
          label="Next box"
          disabled={step === total}
          onClick={() => go(step + 1)}
        />
        <input
          type="range"
          min={0}
          max={total}
          value={step}
          aria-label="Boxes loaded"
          aria-valuetext={`${step} of ${total} loaded`}
          onChange={(event) => go(Number(event.target.value))}
        />
        <span className="num step-count">
          <strong>{step}</strong> / {total}
        </span>
      </div>
      {parts.length > 1 && (
        <div className="step-stops" role="group" aria-label="Jump to a stop">
          {parts.map((part) => (
            <button
              key={`${part.stop}-${part.from}`}
              type="button"
              className="chip"
              aria-pressed={step >= part.from && step <= part.to}
              title={`Boxes ${part.from} to ${part.to}`}
              onClick={() => go(part.to)}
            >
              <Icon name="pin" size={14} />
              Stop {part.stop}
              <span className="num">{part.from}–{part.to}</span>
            </button>
          ))}
        </div>
      )}
    </div>
  );
}

/** What to do in this step; not read out while the steps play by themselves. */
function StepWords(
  { step, total, playing, vehicle }: {
    step: number;
    total: number;
    playing: boolean;
    vehicle: VehicleLoad;
  },
) {
  const box = vehicle.boxes.find((each) => each.sequence === step);
  const said = box && instruction(box, vehicle.container);
  const last = step === total;
  return (
    <div className="step-words" role="status" aria-live={playing ? "off" : "polite"}>
      {said
        ? (
          <>
            <strong>
              {last ? `All ${total} boxes are loaded, the last: ` : `Step ${step}: `}
              {said.take}
            </strong>
            <span>{said.put}</span>
          </>
        )
        : (
          <span className="faint">
            The vehicle is empty. The next step says what goes in first, and where.
          </span>
        )}
    </div>
  );
}

/** From the first box of a stop to its last one; parts may overlap where stops stand side by side. */
function stopParts(boxes: PlacedBox[]): { stop: number; from: number; to: number }[] {
  const found = new Map<number, { stop: number; from: number; to: number }>();
  for (const { stop, sequence } of boxes) {
    const part = found.get(stop);
    if (!part) found.set(stop, { stop, from: sequence, to: sequence });
    else {
      part.from = Math.min(part.from, sequence);
      part.to = Math.max(part.to, sequence);
    }
  }
  return [...found.values()].sort((a, b) => a.from - b.from);
}
