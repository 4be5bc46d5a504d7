import { useCallback, useMemo, useRef, useState } from "react";
import { useEscape, useShortcuts } from "../shell/keys";
import { setQuery, useLocation } from "../shell/router";
import { Check } from "../ui/Field";
import { Balance } from "./Balance";
import { BoxList } from "./BoxList";
import { BoxProof } from "./BoxProof";
import { type ColourBy, colouring, stopsOf } from "./colouring";
import { LookTools, NoPicture } from "./LookTools";
import { ColourLegend } from "./Patterns";
import { Plans } from "./Plans";
import type { View } from "./scene";
import { remaining, type Section } from "./section";
import { SectionTools, useSection } from "./SectionTools";
import { Scene3D } from "./Scene3D";
import { StepBar } from "./StepBar";
import { useSteps } from "./steps";
import type { PlacedBox, VehicleLoad } from "./types";

const WAYS: [ColourBy, string][] = [["stop", "Stop"], ["product", "Product"], ["weight", "Weight"]];

/** One loaded vehicle: the picture, the sequence, the selected box, weight and balance. */
export function LoadView({ vehicle }: { vehicle: VehicleLoad }) {
  const { query } = useLocation();
  const [missing, setMissing] = useState(false);
  const total = vehicle.boxes.reduce((most, box) => Math.max(most, box.sequence), 0);
  const steps = useSteps(query.get("step"), total);
  const step = steps.step;
  const picked = Number(query.get("box") ?? 0) || null;
  const cut = useSection(query.get("cut"), vehicle.container);
  const section = useSame(cut.section);
  const explode = query.has("explode") && section === null;
  const balance = !query.has("plain");
  const plan = query.get("view") === "plan" || missing;
  const by = WAYS.find(([key]) => key === query.get("by"))?.[0] ?? "stop";
  const painted = useMemo(() => colouring(vehicle.boxes, by), [vehicle, by]);
  const bySequence = useMemo(
    () => new Map(vehicle.boxes.map((box, index) => [box.sequence, { box, index }])),
    [vehicle],
  );
  const stops = useMemo(() => stopsOf(vehicle.boxes), [vehicle]);
  // While stepping, the box just loaded is the one that is talked about.
  const selected = picked ?? (step < total && step > 0 ? step : null);
  const view = useMemo<View>(() => ({ step, explode, selected, balance, section }), [
    step,
    explode,
    selected,
    balance,
    section,
  ]);
  const flush = useRef(steps.flush);
  flush.current = steps.flush;
  const pick = useCallback((box: PlacedBox | null) => {
    flush.current();
    setQuery({ box: box ? String(box.sequence) : null });
  }, []);
  /** A box that is not loaded yet is shown by loading up to it. */
  const pickListed = (box: PlacedBox) => {
    steps.flush();
    setQuery({
      box: String(box.sequence),
      ...(box.sequence > step ? { step: String(box.sequence) } : {}),
    });
  };
  useShortcuts({
    "]": () => steps.go(step + 1),
    "[": () => steps.go(step - 1),
    p: steps.play,
  });
  useEscape(() => cut.set(null), 1, section !== null);
  useEscape(() => setQuery({ box: null }), 1, picked !== null);
  const found = selected === null ? undefined : bySequence.get(selected);
  const category = found && painted.categories[painted.of[found.index] ?? 0];

  return (
    <div className="load">
      <div className="column">
        <div className="card load-view">
          <LookTools plan={plan} missing={missing} ways={WAYS} by={by} balance={balance}>
            {stops.length > 1 && !plan && (
              <Check
                label="Stops apart"
                checked={explode}
                onChange={(event) =>
                  setQuery(event.target.checked ? { explode: "1", cut: null } : { explode: null })}
              />
            )}
          </LookTools>
          <SectionTools cut={cut} space={vehicle.container} />
          <ColourLegend categories={painted.categories} label={`Colour by ${by}`} />
          {missing && <NoPicture />}
          {plan
            ? <Plans vehicle={vehicle} colouring={painted} view={view} onPick={pick} />
            : (
              <Scene3D
                vehicle={vehicle}
                colouring={painted}
                view={view}
                onPick={pick}
                onMissing={() => setMissing(true)}
              />
            )}
          <StepBar steps={steps} total={total} vehicle={vehicle} />
        </div>
        <Balance vehicle={vehicle} />
      </div>
      <div className="column">
        <BoxProof
          box={found?.box ?? null}
          vehicle={vehicle}
          category={category}
          step={step}
          total={total}
          away={found !== undefined && remaining(found.box, section) === null}
          onClose={picked ? () => pick(null) : undefined}
        />
        <BoxList
          boxes={vehicle.boxes}
          colouring={painted}
          step={step}
          selected={selected}
          section={section}
          onPick={pickListed}
        />
      </div>
    </div>
  );
}

/** The same object while the section is the same, so that the picture is not drawn anew. */
function useSame(section: Section | null): Section | null {
  return useMemo(() => section, [section?.axis, section?.atMm, section?.other]);
}
