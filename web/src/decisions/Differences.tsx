import { Icon } from "../ui/Icon";
import { placeName } from "./words";

export interface Difference {
  pointer: string;
  before?: unknown;
  after?: unknown;
}

interface Props {
  items: Difference[];
  /** What the two are called. */
  names: [string, string];
}

const MOST = 40;
const LONG = 400;

/** Where two decisions differ, each place in words with both values beside each other. */
export function Differences({ items, names }: Props) {
  if (items.length === 0) {
    return (
      <p className="faint same">
        <Icon name="check" size={16} /> The same in both.
      </p>
    );
  }
  return (
    <>
      <ul className="diff" aria-label="Differences">
        {items.slice(0, MOST).map((each) => (
          <li key={each.pointer} className="diff-changed">
            <p className="diff-place">
              <Icon name="diamond" size={14} />
              <strong>{placeName(each.pointer)}</strong>
              <code className="faint wrap">{each.pointer || "all of it"}</code>
            </p>
            <div className="diff-sides">
              <p className="diff-before">
                <b>{names[0]}</b>
                <span className="wrap">{text(each.before)}</span>
              </p>
              <p className="diff-after">
                <b>{names[1]}</b>
                <span className="wrap">{text(each.after)}</span>
              </p>
            </div>
          </li>
        ))}
      </ul>
      {items.length > MOST && <p className="faint">and {items.length - MOST} more places.</p>}
    </>
  );
}

function text(value: unknown): string {
  if (value === undefined) return "not there";
  const all = typeof value === "string" ? value : JSON.stringify(value);
  return all.length > LONG ? `${all.slice(0, LONG)}…` : all;
}
