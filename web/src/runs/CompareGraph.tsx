import { useMemo } from "react";
import type { Run } from "../api/types";
import { humanise } from "../ui/format";
import { Icon } from "../ui/Icon";
import { type Pair, parting, union, ways } from "./compare";
import { machineOf } from "./definition";
import { GraphView, type Look } from "./GraphView";
import { layout, type Placed } from "./layout";
import { LOOKS } from "./looks";
import { grouped } from "./RunGraph";
import { summary, type Visit } from "./steps";

interface Props {
  a: Run;
  b: Run;
  wentA: Visit[];
  wentB: Visit[];
  all: Pair[];
  selected: string | null;
  onSelect: (name: string | null) => void;
}

/** Both ways in one picture; where the versions differ, the picture has the states of both. */
export function CompareGraph({ a, b, wentA, wentB, all, selected, onSelect }: Props) {
  const graph = useMemo(
    () =>
      a.definition && b.definition
        ? layout(union(machineOf(a.definition), machineOf(b.definition)))
        : null,
    [a.definition, b.definition],
  );
  const [byA, byB] = [
    useMemo(() => grouped(wentA), [wentA]),
    useMemo(() => grouped(wentB), [wentB]),
  ];
  const [takenA, takenB] = [
    useMemo(() => ways(wentA), [wentA]),
    useMemo(() => ways(wentB), [wentB]),
  ];
  const differing = useMemo(
    () =>
      new Set(
        all.filter((each) => each.differs.length > 0).map((each) => (each.a ?? each.b)?.name ?? ""),
      ),
    [all],
  );
  if (!graph) {
    return <p className="faint table-note">The definitions of these runs are not kept.</p>;
  }
  const look = (node: Placed): Look => {
    const [one, two] = [byA.get(node.name), byB.get(node.name)];
    const marks = [
      ...(one ? [{ text: "A", tone: "a" }] : []),
      ...(two ? [{ text: "B", tone: "b" }] : []),
    ];
    const differs = differing.has(node.name) || (one && two && one.length !== two.length);
    const note = one && two
      ? differs
        ? words(one) === words(two) ? `${words(one)}, differs` : `A ${words(one)}, B ${words(two)}`
        : words(one)
      : one
      ? `only A: ${words(one)}`
      : two
      ? `only B: ${words(two)}`
      : "in neither";
    return {
      tone: one && two ? differs ? "differs" : "both" : one ? "a" : two ? "b" : "waiting",
      icon: one && two ? differs ? "diamond" : "check" : one || two ? "compare" : "minus",
      note,
      marks,
      spoken: [humanise(node.name), node.state.Type, note].join(", "),
    };
  };
  return (
    <GraphView
      graph={graph}
      selected={selected}
      onSelect={onSelect}
      attention={parting(all)?.after?.name}
      look={look}
      way={({ from, to, kind }) => {
        const [one, two] = [takenA.has(`${from}>${to}`), takenB.has(`${from}>${to}`)];
        return one && two ? "taken" : one ? "a" : two ? "b" : kind === "catch" ? "caught" : "plain";
      }}
      legend={
        <ul className="graph-legend" aria-label="Legend">
          <li>
            <i className="legend-line legend-taken" />
            Both went
          </li>
          <li>
            <i className="legend-line legend-a" />
            Only A
          </li>
          <li>
            <i className="legend-line legend-b" />
            Only B
          </li>
          <li className="legend-caught">
            <Icon name="diamond" size={15} />
            Both came here, and something differs
          </li>
          <li>
            <i className="legend-line legend-error" />
            On an error, in neither
          </li>
          {a.workflow !== b.workflow && <li>The picture is of B’s workflow</li>}
        </ul>
      }
    />
  );
}

const words = (visits: Visit[]) =>
  LOOKS[summary(visits)].word.toLowerCase() + (visits.length > 1 ? ` ${visits.length} times` : "");
