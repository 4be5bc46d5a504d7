import type { LoadedVehicle } from "../api/types";
import { Facts, Meter } from "../ui/Data";
import { count, kg, meters, percentFine } from "../ui/format";
import { Section } from "../ui/Page";

/** How full, how heavy, how balanced. */
export function LoadFigures({ vehicle }: { vehicle: LoadedVehicle }) {
  const { container } = vehicle;
  const weight = vehicle.boxes.reduce((sum, box) => sum + box.weightGrams, 0);
  return (
    <Section title={vehicle.vehicle.name}>
      <p className="faint vehicle-size">
        {vehicle.vehicle.class} · {meters(container.lengthMm)} × {meters(container.widthMm)} ×{" "}
        {meters(container.heightMm)}
      </p>
      <ul className="gauges">
        <Gauge
          label="Volume"
          value={vehicle.volumeUtilisation}
          text={percentFine(vehicle.volumeUtilisation)}
        />
        <Gauge
          label="Payload"
          value={vehicle.weightUtilisation}
          text={`${kg(weight)} of ${kg(container.payloadGrams)}`}
        />
        {(vehicle.axles ?? []).map((axle) => {
          const share = axle.limitGrams && axle.loadGrams !== undefined
            ? axle.loadGrams / axle.limitGrams
            : 0;
          return (
            <Gauge
              key={axle.name}
              label={`Axle, ${axle.name}`}
              value={share}
              text={`${kg(axle.loadGrams ?? 0)} of ${kg(axle.limitGrams ?? 0)}`}
            />
          );
        })}
      </ul>
      <details className="more-data">
        <summary>How it was packed</summary>
        <Facts
          facts={[
            ["Boxes", count(vehicle.boxes.length)],
            ["Iterations", vehicle.iterations !== undefined ? count(vehicle.iterations) : "–"],
            ["Seed", String(vehicle.seed ?? "–")],
            ["Hash", <code key="hash" className="wrap">{vehicle.hash ?? "–"}</code>],
          ]}
        />
      </details>
    </Section>
  );
}

function Gauge({ label, value, text }: { label: string; value: number; text: string }) {
  return (
    <li>
      <span>{label}</span>
      <span className="num">{text}</span>
      <Meter value={value} limit={1} label={`${label} ${percentFine(value)}`} />
    </li>
  );
}
