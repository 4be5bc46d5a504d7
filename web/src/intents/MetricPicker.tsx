import { type KeyboardEvent, useId, useState } from "react";
import { Icon } from "../ui/Icon";
import type { Metric } from "./types";
import { matching, sourceWords } from "./predicate";

interface Props {
  metrics: Metric[];
  value: Metric | null;
  onChange: (metric: Metric) => void;
}

const KINDS: Record<Metric["kind"], string> = {
  records: "records",
  metric: "metric",
  series: "time series",
};
const MOST = 40;

/** Finds what is measured among all that can be. */
export function MetricPicker({ metrics, value, onChange }: Props) {
  const id = useId();
  const [text, setText] = useState<string | null>(null);
  const [at, setAt] = useState(0);
  const open = text !== null;
  const choices = open ? matching(metrics, text) : [];
  const shown = choices.slice(0, MOST);
  const choose = (metric: Metric) => {
    onChange(metric);
    setText(null);
  };
  const key = (event: KeyboardEvent) => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (!open) return setText("");
      const step = event.key === "ArrowDown" ? 1 : -1;
      const next = (at + step + shown.length) % Math.max(1, shown.length);
      setAt(next);
      document.getElementById(`${id}-${next}`)?.scrollIntoView({ block: "nearest" });
    } else if (event.key === "Enter" && open) {
      event.preventDefault();
      const choice = shown[at];
      if (choice) choose(choice);
    } else if (event.key === "Escape" && open) {
      event.preventDefault();
      event.stopPropagation();
      setText(null);
    }
  };
  return (
    <div className="field combobox">
      <label className="field-label" htmlFor={id}>What is measured</label>
      <div className="field-box">
        <input
          id={id}
          className="input"
          role="combobox"
          autoComplete="off"
          placeholder="Search records, metrics and series"
          aria-expanded={open}
          aria-controls={`${id}-list`}
          aria-autocomplete="list"
          aria-activedescendant={open && shown[at] ? `${id}-${at}` : undefined}
          value={text ?? value?.name ?? ""}
          onChange={(event) => {
            setText(event.target.value);
            setAt(0);
          }}
          onClick={() => {
            if (text === null) setText("");
            setAt(0);
          }}
          onBlur={() => setText(null)}
          onKeyDown={key}
        />
        {open && (
          <ul
            className="combobox-list metric-list"
            id={`${id}-list`}
            role="listbox"
            aria-label="What is measured"
          >
            {shown.map((each, index) => (
              <li
                key={each.name}
                id={`${id}-${index}`}
                role="option"
                aria-selected={index === at}
                onPointerDown={(event) => {
                  event.preventDefault();
                  choose(each);
                }}
              >
                <span className="metric-name">
                  <Icon
                    name={each.kind === "records"
                      ? "orders"
                      : each.kind === "metric"
                      ? "chart"
                      : "trace"}
                    size={15}
                  />
                  <span className="wrap">{each.name}</span>
                  <span className="faint">{KINDS[each.kind]}</span>
                </span>
                <span className="faint">{each.help || sourceWords(each.name)}</span>
              </li>
            ))}
            {shown.length === 0 && <li className="faint">Nothing found</li>}
            {choices.length > MOST && (
              <li className="faint">{choices.length - MOST} more: type to narrow it</li>
            )}
          </ul>
        )}
      </div>
      {value?.help && <p className="field-hint">{value.help}</p>}
    </div>
  );
}
