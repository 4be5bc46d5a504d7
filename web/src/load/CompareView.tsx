import { useMemo, useState } from "react";
import { useEscape } from "../shell/keys";
import { oneOf, setQuery, useLocation } from "../shell/router";
import { Tabs } from "../ui/Page";
import { type ColourBy, type Colouring, colouring, fateColouring } from "./colouring";
import { CompareBoxes } from "./CompareBoxes";
import { CompareFigures } from "./CompareFigures";
import { ComparePicture, type Half } from "./ComparePicture";
import type { Difference, Fate, Placing } from "./differences";
import { Looks } from "./looks";
import { LookTools, NoPicture } from "./LookTools";
import { ColourLegend } from "./Patterns";
import { SectionTools, useSection } from "./SectionTools";
import type { LoadLayout, VehicleLoad } from "./types";

type By = ColourBy | "change";

const WAYS: [By, string][] = [
  ["change", "Change"],
  ["stop", "Stop"],
  ["product", "Product"],
  ["weight", "Weight"],
];

interface Props {
  before: LoadLayout;
  after: LoadLayout;
  all: Difference[];
  names: [string, string];
}

/** Both pictures, looked at alike and in the same colours, and what differs in figures and boxes. */
export function CompareView({ before, after, all, names }: Props) {
  const { query } = useLocation();
  const [missing, setMissing] = useState(false);
  const looks = useMemo(() => new Looks(), []);
  const count = Math.max(before.vehicles.length, after.vehicles.length);
  const at = Math.min(count - 1, Math.max(0, Number(query.get("vehicle") ?? 1) - 1 || 0));
  const [one, two] = [before.vehicles[at], after.vehicles[at]];
  const by = oneOf<By>(query.get("by"), "change", "stop", "product", "weight");
  const balance = !query.has("plain");
  const plan = query.get("view") === "plan" || missing;
  const space = useMemo(() => larger(one, two), [one, two]);
  const cut = useSection(query.get("cut"), space);
  const asked = /^([ab])(\d+)$/.exec(query.get("box") ?? "");
  const side: Half = asked?.[1] === "a" ? "before" : "after";
  const selected =
    all.find((each) =>
      asked !== null && each[side]?.vehicle === at && each[side]?.box.sequence === Number(asked[2])
    ) ?? null;
  const [paintOne, paintTwo] = useMemo(() => painted(one, two, all, at, by), [
    one,
    two,
    all,
    at,
    by,
  ]);
  useEscape(() => cut.set(null), 2, cut.section !== null);
  useEscape(() => setQuery({ box: null }), 2, selected !== null);

  const select = (placing: Placing | null, half: Half) =>
    setQuery(
      placing === null ? { box: null } : {
        box: `${half === "before" ? "a" : "b"}${placing.box.sequence}`,
        vehicle: placing.vehicle === 0 ? null : String(placing.vehicle + 1),
      },
    );
  const picture = (half: Half, vehicle: VehicleLoad | undefined, paint: Colouring) => (
    <ComparePicture
      key={half}
      {...{ half, vehicle, looks, plan, balance, section: cut.section, missing: setMissing }}
      name={names[half === "before" ? 0 : 1]}
      colouring={paint}
      selected={selected?.[half]?.vehicle === at ? selected[half]?.box.sequence ?? null : null}
      onPick={(sequence) =>
        select(sequence === null || !vehicle ? null : findPlacing(vehicle, at, sequence), half)}
    />
  );
  return (
    <>
      {count > 1 && (
        <Tabs
          label="Vehicles"
          active={`vehicle-${at}`}
          onChange={(key) =>
            setQuery({ vehicle: String(Number(key.split("-")[1]) + 1), box: null })}
          tabs={Array.from({ length: count }, (_, index) => ({
            key: `vehicle-${index}`,
            label: `${index + 1}. ${tabName(before.vehicles[index], after.vehicles[index])}`,
          }))}
        />
      )}
      <div
        id={`panel-vehicle-${at}`}
        role={count > 1 ? "tabpanel" : undefined}
        aria-labelledby={count > 1 ? `tab-vehicle-${at}` : undefined}
      >
        <div className="card load-view">
          <LookTools plan={plan} missing={missing} ways={WAYS} by={by} balance={balance} />
          <SectionTools cut={cut} space={space} />
          <ColourLegend categories={legend(paintOne, paintTwo)} label={`Colour by ${by}`} />
          {missing && <NoPicture />}
          <div className="compare-scenes">
            {picture("before", one, paintOne)}
            {picture("after", two, paintTwo)}
          </div>
        </div>
        <CompareFigures before={before.vehicles} after={after.vehicles} at={at} count={count} />
      </div>
      <CompareBoxes
        {...{ all, selected, before, after }}
        several={count > 1}
        onSelect={(each) =>
          select(each && (each.after ?? each.before), each?.after ? "after" : "before")}
      />
    </>
  );
}

function findPlacing(load: VehicleLoad, vehicle: number, sequence: number): Placing | null {
  const box = load.boxes.find((each) => each.sequence === sequence);
  return box ? { vehicle, box } : null;
}

/** A space that holds both, so that a plane goes through all of each. */
function larger(one: VehicleLoad | undefined, two: VehicleLoad | undefined) {
  const [a, b] = [one?.container, two?.container];
  return {
    lengthMm: Math.max(a?.lengthMm ?? 0, b?.lengthMm ?? 0),
    widthMm: Math.max(a?.widthMm ?? 0, b?.widthMm ?? 0),
    heightMm: Math.max(a?.heightMm ?? 0, b?.heightMm ?? 0),
    payloadGrams: Math.max(a?.payloadGrams ?? 0, b?.payloadGrams ?? 0),
  };
}

const tabName = (one: VehicleLoad | undefined, two: VehicleLoad | undefined) => {
  const [a, b] = [one?.vehicle.name, two?.vehicle.name];
  return !a || !b || a === b ? a ?? b ?? "" : `${a} → ${b}`;
};

/** One colouring for both, so that a colour says the same in each. */
function painted(
  one: VehicleLoad | undefined,
  two: VehicleLoad | undefined,
  all: Difference[],
  at: number,
  by: By,
): [Colouring, Colouring] {
  const [a, b] = [one?.boxes ?? [], two?.boxes ?? []];
  const both = by === "change"
    ? fateColouring([...fates(a, all, at, "before"), ...fates(b, all, at, "after")])
    : colouring([...a, ...b], by);
  return [
    { categories: both.categories, of: both.of.slice(0, a.length) },
    { categories: both.categories, of: both.of.slice(a.length) },
  ];
}

function fates(boxes: VehicleLoad["boxes"], all: Difference[], at: number, half: Half): Fate[] {
  const of = new Map(
    all.flatMap((each) =>
      each[half]?.vehicle === at ? [[each[half]?.box.sequence, each.fate] as const] : []
    ),
  );
  return boxes.map((box) => of.get(box.sequence) ?? "same");
}

/** How many boxes of each category there are in either, the larger number of both. */
function legend(one: Colouring, two: Colouring) {
  const count = (of: Colouring, index: number) => of.of.filter((each) => each === index).length;
  return one.categories.map((each, index) => ({
    ...each,
    boxes: Math.max(count(one, index), count(two, index)),
  }));
}
