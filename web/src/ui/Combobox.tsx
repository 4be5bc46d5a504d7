import { type KeyboardEvent, type ReactNode, useEffect, useId, useState } from "react";

interface Props<T> {
  label: string;
  /** What the field shows while nobody types in it. */
  value: string;
  /** What is typed; null while the list is closed. */
  text: string | null;
  choices: readonly T[];
  placeholder?: string | undefined;
  hint?: string | undefined;
  error?: string | undefined;
  autoFocus?: boolean | undefined;
  listClass?: string;
  keyOf: (choice: T) => string;
  show: (choice: T) => ReactNode;
  /** Stands below the choices, where there are more. */
  more?: ReactNode;
  onText: (text: string | null) => void;
  onChoose: (choice: T) => void;
}

/** A text field with a list of what fits, by the ARIA pattern: arrows, Enter and Esc. */
export function Combobox<T>(props: Props<T>) {
  const { label, value, text, choices, hint, error, onText, onChoose } = props;
  const id = useId();
  const [at, setAt] = useState(0);
  const open = text !== null;
  useEffect(() => setAt(0), [choices]);
  const choose = (choice: T) => {
    onChoose(choice);
    onText(null);
  };
  const key = (event: KeyboardEvent) => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (!open) return onText("");
      const step = event.key === "ArrowDown" ? 1 : -1;
      const next = (at + step + choices.length) % Math.max(1, choices.length);
      setAt(next);
      document.getElementById(`${id}-${next}`)?.scrollIntoView({ block: "nearest" });
    } else if (event.key === "Enter" && open) {
      event.preventDefault();
      const choice = choices[at];
      if (choice !== undefined) choose(choice);
    } else if (event.key === "Escape" && open) {
      event.preventDefault();
      event.stopPropagation();
      onText(null);
    }
  };
  const described = error ? `${id}-error` : hint ? `${id}-hint` : undefined;
  return (
    <div className={`field combobox${error ? " field-wrong" : ""}`}>
      <label className="field-label" htmlFor={id}>{label}</label>
      <div className="field-box">
        <input
          id={id}
          className="input"
          role="combobox"
          autoComplete="off"
          autoFocus={props.autoFocus}
          placeholder={props.placeholder}
          aria-expanded={open}
          aria-controls={`${id}-list`}
          aria-autocomplete="list"
          aria-activedescendant={open && at < choices.length ? `${id}-${at}` : undefined}
          aria-invalid={error ? true : undefined}
          aria-describedby={described}
          value={text ?? value}
          onChange={(event) => onText(event.target.value)}
          onClick={() => open || onText("")}
          onBlur={() => onText(null)}
          onKeyDown={key}
        />
        {open && (
          <ul
            className={["combobox-list", props.listClass].filter(Boolean).join(" ")}
            id={`${id}-list`}
            role="listbox"
            aria-label={label}
          >
            {choices.map((choice, index) => (
              <li
                key={props.keyOf(choice)}
                id={`${id}-${index}`}
                role="option"
                aria-selected={index === at}
                onPointerDown={(event) => {
                  event.preventDefault();
                  choose(choice);
                }}
              >
                {props.show(choice)}
              </li>
            ))}
            {choices.length === 0 && <li className="faint">Nothing found</li>}
            {props.more && <li className="faint">{props.more}</li>}
          </ul>
        )}
      </div>
      {error
        ? <p className="field-error" id={`${id}-error`}>{error}</p>
        : hint && <p className="field-hint" id={`${id}-hint`}>{hint}</p>}
    </div>
  );
}
