import { useMemo } from "react";
import type { Colouring } from "./colouring";
import type { Looks } from "./looks";
import { Plans } from "./Plans";
import type { View } from "./scene";
import { Scene3D } from "./Scene3D";
import { extentOf, type Section } from "./section";
import type { VehicleLoad } from "./types";

export type Half = "before" | "after";

interface Props {
  half: Half;
  name: string;
  vehicle: VehicleLoad | undefined;
  colouring: Colouring;
  looks: Looks;
  plan: boolean;
  balance: boolean;
  section: Section | null;
  selected: number | null;
  missing: (is: boolean) => void;
  onPick: (sequence: number | null) => void;
}

/** One half of a comparison: what it is called, and its load as picture or plans. */
export function ComparePicture(props: Props) {
  const { half, name, vehicle, colouring: paint, looks, plan, balance, selected } = props;
  const { axis, atMm, other } = props.section ?? {};
  // A plane beyond the end of the shorter one is at its end.
  const section = useMemo(
    () =>
      vehicle && axis && atMm !== undefined
        ? { axis, atMm: Math.min(atMm, extentOf(axis, vehicle.container)), other: other ?? false }
        : null,
    [vehicle, axis, atMm, other],
  );
  const view = useMemo<View>(
    () => ({ step: Infinity, explode: false, selected, balance, section }),
    [selected, balance, section],
  );
  const title = half === "before" ? "Before" : "After";
  return (
    <section className={`compare-picture compare-${half}`} aria-label={`${title}: ${name}`}>
      <header>
        <h2>{title}</h2>
        <p>
          {name}
          {vehicle && <span className="faint">{vehicle.vehicle.name}</span>}
        </p>
      </header>
      {!vehicle || vehicle.boxes.length === 0
        ? <p className="compare-none faint">No such vehicle in this layout.</p>
        : plan
        ? (
          <Plans
            name={half}
            vehicle={vehicle}
            colouring={paint}
            view={{ ...view, step: vehicle.boxes.length }}
            onPick={(box) => props.onPick(box?.sequence ?? null)}
          />
        )
        : (
          <Scene3D
            vehicle={vehicle}
            colouring={paint}
            view={view}
            looks={looks}
            label={`${title}:`}
            onPick={(box) => props.onPick(box?.sequence ?? null)}
            onMissing={() => props.missing(true)}
          />
        )}
    </section>
  );
}
