import { type KeyboardEvent, useEffect, useId, useRef, useState } from "react";
import { get } from "../api/client";

interface Choice {
  id: string;
  name: string;
  note?: string;
}

interface Props {
  label: string;
  value: Choice | null;
  error?: string | undefined;
  placeholder?: string;
  autoFocus?: boolean;
  /** Where the choices for a text come from. */
  source: (text: string) => string;
  read: (data: unknown) => Choice[];
  onChange: (choice: Choice | null) => void;
}

/** A text field that finds: choices come from the server as one types. */
export function Combobox(props: Props) {
  const { label, value, error, placeholder, source, read, onChange } = props;
  const id = useId();
  const [text, setText] = useState<string | null>(null);
  const [choices, setChoices] = useState<Choice[]>([]);
  const [at, setAt] = useState(0);
  const open = text !== null;
  const latest = useRef({ source, read });
  latest.current = { source, read };
  useEffect(() => {
    if (text === null) return;
    const abort = new AbortController();
    const timer = setTimeout(() => {
      get<unknown>(latest.current.source(text), abort.signal).then((data) => {
        setChoices(latest.current.read(data));
        setAt(0);
      }).catch(() => undefined);
    }, text ? 120 : 0);
    return () => {
      clearTimeout(timer);
      abort.abort();
    };
  }, [text]);
  const choose = (choice: Choice) => {
    onChange(choice);
    setText(null);
  };
  const key = (event: KeyboardEvent) => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (!open) return setText("");
      const step = event.key === "ArrowDown" ? 1 : -1;
      setAt((at + step + choices.length) % Math.max(1, choices.length));
    } else if (event.key === "Enter" && open) {
      event.preventDefault();
      const choice = choices[at];
      if (choice) choose(choice);
    } else if (event.key === "Escape" && open) {
      event.preventDefault();
      event.stopPropagation();
      setText(null);
    }
  };
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
          placeholder={placeholder}
          aria-expanded={open}
          aria-controls={`${id}-list`}
          aria-autocomplete="list"
          aria-activedescendant={open && choices[at] ? `${id}-${at}` : undefined}
          aria-invalid={error ? true : undefined}
          aria-describedby={error ? `${id}-error` : undefined}
          value={text ?? value?.name ?? ""}
          onChange={(event) => setText(event.target.value)}
          onClick={() => text === null && setText("")}
          onBlur={() => setText(null)}
          onKeyDown={key}
        />
        {open && (
          <ul className="combobox-list" id={`${id}-list`} role="listbox" aria-label={label}>
            {choices.map((choice, index) => (
              <li
                key={choice.id}
                id={`${id}-${index}`}
                role="option"
                aria-selected={index === at}
                onPointerDown={(event) => {
                  event.preventDefault();
                  choose(choice);
                }}
              >
                <span>{choice.name}</span>
                {choice.note && <span className="faint">{choice.note}</span>}
              </li>
            ))}
            {choices.length === 0 && <li className="faint">Nothing found</li>}
          </ul>
        )}
      </div>
      {error && <p className="field-error" id={`${id}-error`}>{error}</p>}
    </div>
  );
}
