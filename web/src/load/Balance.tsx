import type { ReactNode } from "react";
import { Facts } from "../ui/Data";
import { count, kg, meters, mm, percentFine } from "../ui/format";
import { Icon } from "../ui/Icon";
import { Section } from "../ui/Page";
import { axleName } from "./axles";
import type { AxleLoad, VehicleLoad } from "./types";

/** How full, how heavy, how balanced; each figure with its limit, in words and as a bar. */
export function Balance({ vehicle }: { vehicle: VehicleLoad }) {
  const { container } = vehicle;
  const weight = vehicle.weightGrams ??
    vehicle.boxes.reduce((sum, box) => sum + box.weightGrams, 0);
  return (
    <Section title="Weight and balance" className="card-balance">
      <p className="faint vehicle-size">
        {vehicle.vehicle.name} · {meters(container.lengthMm)} × {meters(container.widthMm)} ×{" "}
        {meters(container.heightMm)}
      </p>
      <div className="balance">
        <ul className="gauges">
          <Gauge
            label="Volume"
            value={vehicle.volumeUtilisation}
            text={percentFine(vehicle.volumeUtilisation)}
            bound={vehicle.volumeBound ?? undefined}
            note={bound(vehicle)}
          />
          <Gauge
            label="Payload"
            value={weight / container.payloadGrams}
            text={`${kg(weight)} of ${kg(container.payloadGrams)}`}
            verdict={verdict(weight, container.payloadGrams)}
          />
          {(vehicle.axles ?? []).map((axle) => <Axle key={axle.name} axle={axle} />)}
        </ul>
        <Centre vehicle={vehicle} />
      </div>
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

/** What no layout could do better, where it is known. */
function bound({ volumeBound, boundReason }: VehicleLoad): string | undefined {
  if (typeof volumeBound !== "number") return undefined;
  return `No layout can use more than ${percentFine(volumeBound)}${
    boundReason ? `: ${boundReason}` : ""
  }`;
}

interface Verdict {
  good: boolean;
  words: string;
}

function verdict(value: number, limit: number): Verdict {
  return value <= limit
    ? { good: true, words: `within the limit, ${kg(limit - value)} left` }
    : { good: false, words: `over the limit by ${kg(value - limit)}` };
}

/** The whole axle where the vehicle is known; before booking what the load may add. */
function Axle({ axle }: { axle: AxleLoad }) {
  const label = axleName(axle);
  const load = axle.loadGrams ?? 0;
  if (axle.totalGrams !== undefined && axle.permittedGrams !== undefined) {
    const said = verdict(axle.totalGrams, axle.permittedGrams);
    return (
      <Gauge
        label={label}
        value={axle.totalGrams / axle.permittedGrams}
        text={`${kg(axle.totalGrams)} of ${kg(axle.permittedGrams)}`}
        verdict={said}
        note={`${kg(axle.emptyGrams ?? 0)} empty ${load < 0 ? "−" : "+"} ${
          kg(Math.abs(load))
        } of load`}
      />
    );
  }
  const limit = axle.limitGrams ?? 0;
  return (
    <Gauge
      label={label}
      value={limit ? load / limit : 0}
      text={limit ? `${kg(load)} of ${kg(limit)}` : kg(load)}
      verdict={limit ? verdict(load, limit) : undefined}
    />
  );
}

function Centre({ vehicle }: { vehicle: VehicleLoad }) {
  const at = vehicle.centreOfGravity;
  if (!at) return null;
  const { lengthMm, widthMm } = vehicle.container;
  const range = vehicle.centreOfGravityRange;
  const aside = Math.round(at.yMm - widthMm / 2);
  const good = !range || (at.xMm >= range.fromMm && at.xMm <= range.toMm);
  const at100 = (value: number) => `${(100 * value) / lengthMm}%`;
  return (
    <div className="centre">
      <h3>Centre of gravity</h3>
      <div className="centre-bar" aria-hidden="true">
        {range && (
          <span
            className="centre-range"
            style={{ left: at100(range.fromMm), width: at100(range.toMm - range.fromMm) }}
          />
        )}
        <span className="centre-mark" style={{ left: at100(at.xMm) }} />
      </div>
      <p className="centre-ends faint" aria-hidden="true">
        <span>Front</span>
        <span>Door</span>
      </p>
      <Facts
        facts={[
          [
            "Along",
            <span key="x">
              {meters(at.xMm)} from the front wall
              {range && (
                <Says good={good}>
                  {good ? "inside" : "outside"} {meters(range.fromMm)} to {meters(range.toMm)}
                  , where the axles allow it at this weight
                </Says>
              )}
            </span>,
          ],
          [
            "Across",
            aside === 0
              ? "in the middle"
              : `${mm(Math.abs(aside))} mm ${aside < 0 ? "left" : "right"} of the middle`,
          ],
          ["Height", `${meters(at.zMm)} above the floor`],
        ]}
      />
    </div>
  );
}

function Says({ good, children }: { good: boolean; children: ReactNode }) {
  return (
    <span className={good ? "verdict verdict-good" : "verdict verdict-bad"}>
      <Icon name={good ? "check" : "alarm"} size={14} />
      <span>{children}</span>
    </span>
  );
}

interface GaugeProps {
  label: string;
  value: number;
  text: string;
  verdict?: Verdict | undefined;
  note?: string | undefined;
  /** The largest value there could be. */
  bound?: number | undefined;
}

function Gauge({ label, value, text, verdict: said, note, bound }: GaugeProps) {
  return (
    <li>
      <span>{label}</span>
      <span className="num">{text}</span>
      <span className={value > 1 ? "gauge gauge-over" : "gauge"} aria-hidden="true">
        <span style={{ width: `${Math.max(0, Math.min(1, value)) * 100}%` }} />
        {bound !== undefined && (
          <i
            className="gauge-bound"
            style={{ left: `${Math.max(0, Math.min(1, bound)) * 100}%` }}
          />
        )}
      </span>
      {said && <Says good={said.good}>{said.words}</Says>}
      {note && <span className="faint gauge-note">{note}</span>}
    </li>
  );
}
