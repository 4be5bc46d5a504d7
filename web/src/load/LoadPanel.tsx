import { useCallback, useEffect, useMemo, useState } from "react";
import { useQuery } from "../api/query";
import type { Box, Layout, LoadedVehicle } from "../api/types";
import { useEscape, useShortcuts } from "../shell/keys";
import { setQuery, useLocation } from "../shell/router";
import { Check } from "../ui/Field";
import { Empty, Failure, Skeleton } from "../ui/States";
import { BoxProof } from "./BoxProof";
import { LoadFigures } from "./LoadFigures";
import { Plan2D } from "./Plan2D";
import type { View } from "./scene";
import { Scene3D } from "./Scene3D";
import { StepBar } from "./StepBar";
import { stopColour, stopsOf } from "./stops";

/** How an order is loaded: the picture, the order of loading, and each box's proof. */
export default function LoadPanel({ orderId, version }: { orderId: string; version: number }) {
  const id = encodeURIComponent(orderId);
  const layout = useQuery<Layout>(`/api/orders/${id}/layout`);
  // A retry packs anew under the same address.
  const { refresh } = layout;
  useEffect(() => void refresh(), [version, refresh]);
  const { query } = useLocation();
  if (layout.error !== null) {
    return (
      <div className="card">
        <Failure error={layout.error} retry={layout.refresh} />
      </div>
    );
  }
  if (!layout.data) {
    return (
      <div className="card">
        <Skeleton lines={6} tall />
      </div>
    );
  }
  const vehicles = layout.data.vehicles;
  const at = Math.min(vehicles.length - 1, Math.max(0, Number(query.get("vehicle") ?? 1) - 1 || 0));
  const vehicle = vehicles[at];
  if (!vehicle || vehicle.boxes.length === 0) {
    return (
      <div className="card">
        <Empty icon="cube" title="The load plan is empty" />
      </div>
    );
  }
  return (
    <>
      {vehicles.length > 1 && (
        <div className="chips" role="group" aria-label="Vehicle">
          {vehicles.map((each, index) => (
            <button
              key={index}
              type="button"
              className="chip"
              aria-pressed={index === at}
              onClick={() => setQuery({ vehicle: String(index + 1), step: null, box: null })}
            >
              {index + 1}. {each.vehicle.name}
              <span className="num">{each.boxes.length}</span>
            </button>
          ))}
        </div>
      )}
      <LoadedView key={at} vehicle={vehicle} />
    </>
  );
}

function LoadedView({ vehicle }: { vehicle: LoadedVehicle }) {
  const { query } = useLocation();
  const [missing, setMissing] = useState(false);
  const total = Math.max(...vehicle.boxes.map((box) => box.sequence));
  const step = Math.min(total, Math.max(0, Number(query.get("step") ?? total)));
  const picked = Number(query.get("box") ?? 0) || null;
  const explode = query.has("explode");
  const plan = query.get("view") === "plan" || missing;
  const [centre, setCentre] = useState(true);
  const stops = stopsOf(vehicle);
  // While stepping, the box just loaded is the one that is talked about.
  const selected = picked ?? (step < total && step > 0 ? step : null);
  const view = useMemo<View>(() => ({ step, explode, selected, centre }), [
    step,
    explode,
    selected,
    centre,
  ]);
  const go = (to: number) => {
    const next = Math.min(total, Math.max(0, to));
    setQuery({ step: next === total ? null : String(next), box: null });
  };
  const pick = useCallback((box: Box | null) => {
    setQuery({ box: box ? String(box.sequence) : null });
  }, []);
  useShortcuts({ "]": () => go(step + 1), "[": () => go(step - 1) });
  useEscape(() => setQuery({ box: null }), 1, picked !== null);
  useEffect(() => setMissing(false), [vehicle]);
  const box = vehicle.boxes.find((each) => each.sequence === selected) ?? null;

  return (
    <div className="load">
      <div className="card load-view">
        <div className="load-tools">
          <div className="segmented" role="group" aria-label="View">
            <button
              type="button"
              aria-pressed={!plan}
              disabled={missing}
              onClick={() => setQuery({ view: null })}
            >
              3D
            </button>
            <button type="button" aria-pressed={plan} onClick={() => setQuery({ view: "plan" })}>
              Plan
            </button>
          </div>
          {stops.length > 1 && !plan && (
            <Check
              label="Stops apart"
              checked={explode}
              onChange={(event) => setQuery({ explode: event.target.checked ? "1" : null })}
            />
          )}
          <Check
            label="Centre of gravity"
            checked={centre}
            onChange={(event) => setCentre(event.target.checked)}
          />
          <ul className="stops" aria-label="Colour by stop">
            {stops.map((stop) => (
              <li key={stop}>
                <span className="swatch" style={{ background: stopColour(stop) }} />
                Stop {stop}
              </li>
            ))}
          </ul>
        </div>
        {missing && (
          <p className="notice">
            This browser cannot draw in three dimensions, so the plan is shown.
          </p>
        )}
        {plan ? <Plan2D vehicle={vehicle} view={view} onPick={pick} /> : (
          <Scene3D
            vehicle={vehicle}
            view={view}
            onPick={pick}
            onMissing={() => setMissing(true)}
          />
        )}
        <StepBar step={step} total={total} onStep={go} />
      </div>
      <div className="column">
        <BoxProof
          box={box}
          step={step}
          total={total}
          onClose={picked ? () => pick(null) : undefined}
        />
        <LoadFigures vehicle={vehicle} />
      </div>
    </div>
  );
}
