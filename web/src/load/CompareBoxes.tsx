import type { ReactNode } from "react";
import { oneOf, setQuery, useLocation } from "../shell/router";
import { counted } from "../ui/format";
import { Icon, type IconName } from "../ui/Icon";
import { Section } from "../ui/Page";
import type { Difference, Fate, Placing } from "./differences";
import { tally } from "./figures";
import type { LoadLayout } from "./types";
import { standsOn } from "./why";
import { shift, where } from "./words";

type Shown = Exclude<Fate, "same">;

const FATES: [Shown, string, IconName][] = [
  ["moved", "Moved", "right"],
  ["new", "New", "plus"],
  ["gone", "Gone", "minus"],
];
/** What more rows would tell is in the pictures. */
const MOST = 200;

interface Props {
  all: Difference[];
  before: LoadLayout;
  after: LoadLayout;
  several: boolean;
  selected: Difference | null;
  onSelect: (difference: Difference | null) => void;
}

/** The boxes that do not stand where they stood, each a way to both its places. */
export function CompareBoxes({ all, before, after, several, selected, onSelect }: Props) {
  const { query } = useLocation();
  const only = oneOf<Shown | "all">(query.get("fate"), "all", "moved", "new", "gone");
  const counts = tally(all);
  const changed = all.filter((each) =>
    each.fate !== "same" && (only === "all" || each.fate === only)
  ).sort((a, b) => order(a) - order(b));
  const many = counts.moved + counts.new + counts.gone;
  if (many === 0) return null;
  const said = (placing: Placing | null, layout: LoadLayout) => {
    const space = placing && layout.vehicles[placing.vehicle]?.container;
    if (!placing || !space) return "–";
    const { box, vehicle } = placing;
    return `${several ? `Vehicle ${vehicle + 1}: ` : ""}${where(box, space)}, on ${standsOn(box)}`;
  };
  return (
    <Section
      title="Boxes that differ"
      aside={<span className="faint num">{many}</span>}
      className="compare-boxes"
    >
      <div className="chips" role="group" aria-label="Which boxes">
        <Chip pressed={only === "all"} onPress={() => setQuery({ fate: null })}>
          All <span className="num">{many}</span>
        </Chip>
        {FATES.filter(([key]) => counts[key] > 0).map(([key, label, icon]) => (
          <Chip
            key={key}
            pressed={only === key}
            onPress={() => setQuery({ fate: key })}
          >
            <Icon name={icon} size={14} />
            {label} <span className="num">{counts[key]}</span>
          </Chip>
        ))}
      </div>
      <div
        className="scroll-x"
        tabIndex={0}
        role="group"
        aria-label="Boxes that differ, a table"
      >
        <table className="figures-table boxes-table">
          <thead>
            <tr>
              <th scope="col">Box</th>
              <th scope="col">What</th>
              <th scope="col">Before</th>
              <th scope="col">After</th>
            </tr>
          </thead>
          <tbody>
            {changed.slice(0, MOST).map((each) => {
              const [, label, icon] = FATES.find(([key]) => key === each.fate) ?? FATES[0]!;
              const box = (each.after ?? each.before)?.box;
              const is = each === selected;
              return (
                <tr
                  key={`${each.before?.vehicle}.${each.before?.box.sequence}-` +
                    `${each.after?.vehicle}.${each.after?.box.sequence}`}
                  aria-selected={is || undefined}
                  className={is ? "row-chosen" : undefined}
                >
                  <th scope="row">
                    <button
                      type="button"
                      className="row-button"
                      aria-pressed={is}
                      onClick={() => onSelect(is ? null : each)}
                    >
                      <span className="strong">{box?.name}</span>
                      <span className="faint num">{numbers(each)}</span>
                    </button>
                  </th>
                  <td>
                    <span className={`fate fate-${each.fate}`}>
                      <Icon name={icon} size={14} />
                      {label}
                    </span>
                    {each.before && each.after && (
                      <span className="fate-how">{how(each.before, each.after)}</span>
                    )}
                  </td>
                  <td data-label="Before">{said(each.before, before)}</td>
                  <td data-label="After">{said(each.after, after)}</td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
      {changed.length > MOST && (
        <p className="faint table-note">
          and {counted(changed.length - MOST, "more box", "more boxes")}; the pictures show all
        </p>
      )}
    </Section>
  );
}

const order = (each: Difference) =>
  (each.after ?? each.before)!.vehicle * 1e6 + (each.after ?? each.before)!.box.sequence;

const how = (before: Placing, after: Placing) =>
  before.vehicle === after.vehicle
    ? shift(before.box, after.box)
    : `to vehicle ${after.vehicle + 1}`;

function numbers({ before, after }: Difference): string {
  if (!before || !after) return `number ${(after ?? before)?.box.sequence}`;
  return before.box.sequence === after.box.sequence
    ? `number ${after.box.sequence}`
    : `number ${before.box.sequence} → ${after.box.sequence}`;
}

function Chip(
  { pressed, onPress, children }: {
    pressed: boolean;
    onPress: () => void;
    children: ReactNode;
  },
) {
  return (
    <button type="button" className="chip" aria-pressed={pressed} onClick={onPress}>
      {children}
    </button>
  );
}
