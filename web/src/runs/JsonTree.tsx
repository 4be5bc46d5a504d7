import { useState } from "react";
import { IconButton } from "../ui/Button";
import { toast } from "../ui/Toast";

/** JSON that folds: what is small or near the top is open, long lists come in parts. */

const PART = 100;
const LONG = 400;

export function JsonTree({ value, label }: { value: unknown; label: string }) {
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(JSON.stringify(value, null, 2));
      toast(`${label} is copied`);
    } catch {
      toast("This browser does not let pages copy.", "wrong");
    }
  };
  return (
    <div className="tree" role="group" aria-label={label}>
      <IconButton
        className="tree-copy"
        icon="copy"
        label={`Copy ${label.toLowerCase()}`}
        onClick={copy}
      />
      <ul className="tree-list">
        <Entry name={null} value={value} depth={0} />
      </ul>
    </div>
  );
}

function Entry({ name, value, depth }: { name: string | null; value: unknown; depth: number }) {
  const branch = typeof value === "object" && value !== null;
  const entries = branch ? Object.entries(value) : [];
  const [open, setOpen] = useState(depth === 0 || (depth < 3 && entries.length <= 8));
  const [shown, setShown] = useState(PART);
  if (!branch || entries.length === 0) {
    return (
      <li className="tree-leaf">
        {name !== null && <span className="tree-key">{name}:</span>}
        <Leaf value={value} />
      </li>
    );
  }
  const list = Array.isArray(value);
  return (
    <li>
      <button
        type="button"
        className="tree-fold"
        aria-expanded={open}
        onClick={() => setOpen(!open)}
      >
        <span className="tree-arrow" aria-hidden="true" />
        {name !== null && <span className="tree-key">{name}:</span>}
        <span className="faint">
          {list
            ? `${entries.length} ${entries.length === 1 ? "element" : "elements"}`
            : open
            ? `${entries.length} ${entries.length === 1 ? "member" : "members"}`
            : `{ ${entries.slice(0, 4).map(([key]) => key).join(", ")}${
              entries.length > 4 ? ", …" : ""
            } }`}
        </span>
      </button>
      {open && (
        <ul className="tree-list">
          {entries.slice(0, shown).map(([key, each]) => (
            <Entry key={key} name={key} value={each} depth={depth + 1} />
          ))}
          {entries.length > shown && (
            <li>
              <button type="button" className="link-button" onClick={() => setShown(shown + PART)}>
                Show {Math.min(PART, entries.length - shown)} more of {entries.length}
              </button>
            </li>
          )}
        </ul>
      )}
    </li>
  );
}

function Leaf({ value }: { value: unknown }) {
  const [whole, setWhole] = useState(false);
  if (typeof value === "string") {
    const long = value.length > LONG && !whole;
    return (
      <span className="tree-text wrap">
        “{long ? value.slice(0, LONG) : value}
        {long ? "…" : "”"}
        {long && (
          <button type="button" className="link-button" onClick={() => setWhole(true)}>
            all {value.length} characters
          </button>
        )}
      </span>
    );
  }
  if (typeof value === "number") return <span className="tree-number num">{value}</span>;
  return <span className="tree-word">{value === undefined ? "–" : JSON.stringify(value)}</span>;
}
