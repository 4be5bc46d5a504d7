import { Icon } from "../ui/Icon";
import type { Explanation, Leaf } from "./api";

/** Why a pattern matches an event, or does not: each thing that it wants, and what was there. */
export function ExplanationList({ of }: { of: Explanation }) {
  // What is missing is what one looks for.
  const leaves = [...of.leaves].sort((a, b) => Number(a.matched) - Number(b.matched));
  return (
    <div className="explanation">
      <ul aria-label="What the pattern wants">
        {leaves.map((each) => <Wanted key={each.pointer} leaf={each} />)}
      </ul>
      {(of.conflicts ?? []).map((each, index) => (
        <p key={index} className="explained-wrong">
          <Icon name="alarm" size={16} />
          <span className="wrap">Never together: {each.reason}.</span>
        </p>
      ))}
      {of.branches && (
        <p className="faint">
          {of.branches.filter((each) => each.matched).length} of {of.branches.length}{" "}
          alternatives are met; one is enough.
        </p>
      )}
    </div>
  );
}

function Wanted({ leaf }: { leaf: Leaf }) {
  return (
    <li className={leaf.matched ? "explained" : "explained explained-wrong"}>
      <Icon name={leaf.matched ? "check" : "alarm"} size={16} />
      <span className="wrap">
        <code>{leaf.path}</code> {leaf.matched ? "is met" : leaf.reason ?? "is not met"}
        <span className="explained-found faint">
          wanted <code>{short(leaf.wanted)}</code>, found{" "}
          {leaf.found.length === 0 ? "nothing" : <code>{leaf.found.map(short).join(", ")}</code>}
        </span>
      </span>
    </li>
  );
}

const short = (value: unknown) => {
  const text = JSON.stringify(value) ?? "";
  return text.length > 120 ? `${text.slice(0, 119)}…` : text;
};
