import { useEffect, useId, useRef, useState } from "react";
import { setQuery } from "../shell/router";
import { meters } from "../ui/format";
import {
  AXES,
  type Axis,
  extentOf,
  measuredFrom,
  readSection,
  type Section,
  taken,
  writeSection,
} from "./section";
import type { VehicleLoad } from "./types";

const SETTLE = 220;
/** How far a press of an arrow key moves the plane. */
const STEP_MM = 50;

export interface Cut {
  section: Section | null;
  set: (section: Section | null) => void;
}

/** The section in the address; while it is dragged, on screen at once and in the address after. */
export function useSection(
  asked: string | null,
  space: VehicleLoad["container"],
): Cut {
  const [ahead, setAhead] = useState<Section | null>(null);
  const timer = useRef(0);
  useEffect(() => () => clearTimeout(timer.current), []);
  const set = (section: Section | null) => {
    clearTimeout(timer.current);
    // Drawn apart, the stops are not where they are: there is nothing to cut through.
    const write = () => {
      setQuery({
        cut: section && writeSection(section),
        ...(section ? { explode: null } : {}),
      });
      setAhead(null);
    };
    if (section === null) return write();
    setAhead(section);
    timer.current = setTimeout(write, SETTLE);
  };
  return { section: ahead ?? readSection(asked, space), set };
}

const NAMES: Record<Axis, string> = { length: "Length", width: "Width", height: "Height" };

/** Along what the load is cut, and where. */
export function SectionTools(
  { cut: { section, set }, space }: { cut: Cut; space: VehicleLoad["container"] },
) {
  const id = useId();
  const start = (axis: Axis) =>
    set({ axis, atMm: Math.round(extentOf(axis, space) / 2), other: false });
  return (
    <div className="section-tools">
      <div className="colour-by">
        <span id={id}>Section</span>
        <div className="segmented" role="group" aria-labelledby={id}>
          <button type="button" aria-pressed={section === null} onClick={() => set(null)}>
            None
          </button>
          {AXES.map((axis) => (
            <button
              key={axis}
              type="button"
              aria-pressed={section?.axis === axis}
              onClick={() => section?.axis !== axis && start(axis)}
            >
              {NAMES[axis]}
            </button>
          ))}
        </div>
      </div>
      {section && <Plane section={section} set={set} space={space} />}
    </div>
  );
}

function Plane(
  { section, set, space }: {
    section: Section;
    set: Cut["set"];
    space: VehicleLoad["container"];
  },
) {
  const most = extentOf(section.axis, space);
  const words = `${meters(section.atMm)} ${measuredFrom(section.axis)}`;
  return (
    <div className="section-plane">
      <input
        type="range"
        min={0}
        max={most}
        step={STEP_MM}
        value={section.atMm}
        aria-label={`Section along the ${section.axis}`}
        aria-valuetext={`${words}, without ${taken(section)}`}
        onChange={(event) => set({ ...section, atMm: Number(event.target.value) })}
        onKeyDown={(event) => {
          if (event.key !== "Escape") return;
          // Elsewhere Escape leaves the field first; here there is nothing typed to leave.
          event.preventDefault();
          set(null);
        }}
      />
      <span className="num section-at">
        {words}, without {taken(section)}
      </span>
      <button
        type="button"
        className="button button-small"
        onClick={() => set({ ...section, other: !section.other })}
      >
        Other side
      </button>
    </div>
  );
}
