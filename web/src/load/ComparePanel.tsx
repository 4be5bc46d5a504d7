import { useMemo } from "react";
import { useQuery } from "../api/query";
import { useEscape } from "../shell/keys";
import { setQuery } from "../shell/router";
import { Button, IconButton } from "../ui/Button";
import { SelectField } from "../ui/Field";
import { counted, dateTime } from "../ui/format";
import { Failure, Skeleton } from "../ui/States";
import { CompareView } from "./CompareView";
import { differences, readSide, type Side, writeSide, writeSides } from "./differences";
import { tally } from "./figures";
import type { LayoutVersion, LoadLayout, Way } from "./types";

interface Props {
  orderId: string;
  versions: LayoutVersion[];
  /** The layout in use. */
  now: LoadLayout;
  sides: [Side, Side];
}

/** Two layouts of an order beside each other: versions of it, and ways of one version. */
export function ComparePanel({ orderId, versions, now, sides: [before, after] }: Props) {
  const [one, two] = [useSide(orderId, before), useSide(orderId, after)];
  const close = () =>
    setQuery({ compare: null, fate: null, box: null, by: null, vehicle: null, cut: null });
  useEscape(close, 1);
  const choose = (a: Side, b: Side) =>
    setQuery({ compare: writeSides(a, b), box: null, vehicle: null });
  const known = [now, one.data, two.data];
  const all = useMemo(
    () => one.data && two.data ? differences(one.data.vehicles, two.data.vehicles) : [],
    [one.data, two.data],
  );
  const failed = one.error ?? two.error;
  return (
    <>
      <div className="card compare-head">
        <Choice
          label="Before"
          side={before}
          {...{ versions, known, now }}
          onChange={(side) => choose(side, after)}
        />
        <IconButton
          icon="retry"
          label="Swap before and after"
          onClick={() => choose(after, before)}
        />
        <Choice
          label="After"
          side={after}
          {...{ versions, known, now }}
          onChange={(side) => choose(before, side)}
        />
        <Button icon="close" onClick={close}>Close the comparison</Button>
      </div>
      {failed !== null
        ? (
          <div className="card">
            <Failure error={failed} retry={() => void [one, two].map((each) => each.refresh())} />
          </div>
        )
        : !one.data || !two.data
        ? (
          <div className="card">
            <Skeleton lines={6} tall />
          </div>
        )
        : (
          <>
            <p className="compare-said" role="status">{summary(tally(all))}</p>
            <CompareView
              before={one.data}
              after={two.data}
              all={all}
              names={[named(before, one.data, now), named(after, two.data, now)]}
            />
          </>
        )}
    </>
  );
}

function useSide(orderId: string, { version, plan }: Side) {
  const way = plan === null ? "" : `&plan=${plan}`;
  return useQuery<LoadLayout>(
    `/api/orders/${encodeURIComponent(orderId)}/layout?version=${version}${way}`,
  );
}

/** "2 boxes moved, 1 is new and 6 stand where they stood." */
function summary({ same, moved, new: added, gone }: ReturnType<typeof tally>): string {
  if (moved + added + gone === 0) return "Every box stands in the same place in both.";
  const parts = [
    moved > 0 ? `${counted(moved, "box", "boxes")} moved` : "",
    added > 0 ? `${counted(added, "box", "boxes")} ${added === 1 ? "is" : "are"} new` : "",
    gone > 0 ? `${counted(gone, "box", "boxes")} ${gone === 1 ? "is" : "are"} gone` : "",
    same > 0
      ? `${counted(same, "box", "boxes")} ${same === 1 ? "stands" : "stand"} in the same place`
      : "none stands in the same place",
  ].filter(Boolean);
  return `${parts.join(", ").replace(/, ([^,]*)$/, " and $1")}.`;
}

const vehiclesOf = (way: Way) => {
  const [first = "no vehicle", ...others] = way.vehicles;
  return others.length === 0 ? first : `${first} and ${counted(others.length, "other")}`;
};

/** What a side is called above its picture. */
function named({ version, plan }: Side, shown: LoadLayout, now: LoadLayout): string {
  const way = plan === null ? null : shown.plans?.find((each) => each.plan === plan);
  if (way) return `Version ${version}, way ${way.plan + 1}`;
  return version === now.version ? `Version ${version}, in use` : `Version ${version}`;
}

interface ChoiceProps {
  label: string;
  side: Side;
  versions: LayoutVersion[];
  known: (LoadLayout | undefined)[];
  now: LoadLayout;
  onChange: (side: Side) => void;
}

/** Which layout a side shows: each version, and of those that were read each way. */
function Choice({ label, side, versions, known, now, onChange }: ChoiceProps) {
  const options = versions.map((each) => {
    const read = known.find((layout) => layout?.version === each.version);
    const inUse = each.version === now.version;
    // An earlier version is shown in the way that is in use, or in its first.
    const first = inUse || read?.plans?.some((way) => way.plan === now.plan)
      ? now.plan
      : read?.plans?.[0]?.plan;
    return {
      ...each,
      title: `Version ${each.version}, ${dateTime(each.at)}`,
      first: inUse ? "in use" : "as planned",
      ways: (read?.plans ?? []).filter((way) => way.plan !== first),
    };
  });
  const asked = writeSide(side);
  const offered = options.some((each) =>
    each.version === side.version &&
    (side.plan === null || each.ways.some((way) => way.plan === side.plan))
  );
  return (
    <SelectField
      label={label}
      value={asked}
      onChange={(event) => {
        const to = readSide(event.target.value);
        if (to) onChange(to);
      }}
    >
      {!offered && <option value={asked}>{`Version ${asked.replace("-", ", way ")}`}</option>}
      {options.map((each) => (
        <optgroup key={each.version} label={each.title}>
          <option value={String(each.version)}>{`Version ${each.version}, ${each.first}`}</option>
          {each.ways.map((way) => (
            <option key={way.plan} value={writeSide({ version: each.version, plan: way.plan })}>
              {`Version ${each.version}, way ${way.plan + 1}: ${vehiclesOf(way)}`}
            </option>
          ))}
        </optgroup>
      ))}
    </SelectField>
  );
}
