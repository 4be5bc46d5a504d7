import { useMemo, useState } from "react";
import { Icon } from "../ui/Icon";
import { type Change, changes } from "../ui/jsonDiff";
import { Section } from "../ui/Page";
import { JsonTree } from "./JsonTree";

interface Props {
  title: string;
  before: unknown;
  after: unknown;
  /** What the two are called. */
  names?: [string, string];
}

const NAMES: [string, string] = ["A", "B"];

/** The difference of two values in a card of its own, with both values below. */
export function DiffList({ title, before, after }: Props) {
  return (
    <Section title={title}>
      <Changes before={before} after={after} />
      <details className="more-data">
        <summary>All of A</summary>
        <JsonTree value={before} label={`${title} of A`} />
      </details>
      <details className="more-data">
        <summary>All of B</summary>
        <JsonTree value={after} label={`${title} of B`} />
      </details>
    </Section>
  );
}

const ICONS = { added: "plus", removed: "minus", changed: "diamond" } as const;

const PART = 60;

/** Each difference at its place. */
export function Changes({ before, after, names = NAMES }: Omit<Props, "title">) {
  const found = useMemo(() => changes(before, after), [before, after]);
  const [shown, setShown] = useState(PART);
  if (found.length === 0) {
    return (
      <p className="faint same">
        <Icon name="check" size={16} /> The same in both.
      </p>
    );
  }
  return (
    <>
      <ul className="diff" aria-label="Differences">
        {found.slice(0, shown).map((each, index) => (
          <li key={index} className={`diff-${each.kind}`}>
            <p className="diff-place">
              <Icon name={ICONS[each.kind]} size={14} />
              <code className="wrap">{each.pointer || "all of it"}</code>
              <span className="faint">
                {each.kind === "changed"
                  ? "changed"
                  : `only in ${names[each.kind === "added" ? 1 : 0]}`}
              </span>
            </p>
            <Sides change={each} names={names} />
          </li>
        ))}
      </ul>
      {found.length > shown && (
        <button
          type="button"
          className="link-button"
          onClick={() => setShown(shown + PART)}
        >
          Show more of {found.length} differences
        </button>
      )}
    </>
  );
}

function Sides({ change, names }: { change: Change; names: [string, string] }) {
  return (
    <div className="diff-sides">
      {change.kind !== "added" && (
        <p className="diff-before">
          <b>{names[0]}</b>
          <code className="wrap">{text(change.before)}</code>
        </p>
      )}
      {change.kind !== "removed" && (
        <p className="diff-after">
          <b>{names[1]}</b>
          <code className="wrap">{text(change.after)}</code>
        </p>
      )}
    </div>
  );
}

const LONG = 600;

function text(value: unknown): string {
  const all = JSON.stringify(value) ?? "–";
  return all.length > LONG ? `${all.slice(0, LONG)}… (${all.length} characters)` : all;
}
