import { type KeyboardEvent, type ReactNode, useEffect, useState } from "react";
import { setQuery, useLocation } from "../shell/router";
import { Icon } from "./Icon";
import type { PageAction } from "../shell/actions";

interface Props {
  label: string;
  placeholder: string;
  name?: string;
  id?: string;
}

/** A search field whose text lives in the address; the down arrow leads into the list. */
export function Search({ label, placeholder, name = "q", id }: Props) {
  const { query } = useLocation();
  const given = query.get(name) ?? "";
  const [text, setText] = useState(given);
  useEffect(() => setText(given), [given]);
  useEffect(() => {
    if (text.trim() === given) return;
    const timer = setTimeout(() => setQuery({ [name]: text.trim() }), 250);
    return () => clearTimeout(timer);
  }, [text, given, name]);
  const key = (event: KeyboardEvent) => {
    if (event.key === "Enter") setQuery({ [name]: text.trim() });
    if (event.key === "ArrowDown") {
      event.preventDefault();
      document.querySelector<HTMLElement>("[data-row] a")?.focus();
    }
  };
  return (
    <div className="search">
      <Icon name="search" size={16} />
      <input
        id={id}
        type="search"
        className="input"
        aria-label={label}
        placeholder={placeholder}
        maxLength={200}
        value={text}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={key}
      />
    </div>
  );
}

interface ChoiceProps {
  label: string;
  name: string;
  /** The first is what counts when the address says nothing. */
  choices: [string, string][];
}

/** A filter of a few values as a field; its value lives in the address. */
export function Choice({ label, name, choices }: ChoiceProps) {
  const { query } = useLocation();
  const initial = choices[0]?.[0] ?? "";
  return (
    <label className="inline-field">
      <span>{label}</span>
      <select
        className="input select"
        value={query.get(name) ?? initial}
        onChange={(event) =>
          setQuery({ [name]: event.target.value === initial ? null : event.target.value })}
      >
        {choices.map(([value, word]) => <option key={value} value={value}>{word}</option>)}
      </select>
    </label>
  );
}

interface ChipsProps extends Pick<ChoiceProps, "label" | "name"> {
  choices: [string, ReactNode][];
  /** A second press on what is chosen goes back to the first. */
  toggles?: boolean;
}

/** The same as chips, where there is room and one choice is the rule. */
export function ChoiceChips({ label, name, choices, toggles = false }: ChipsProps) {
  const { query } = useLocation();
  const initial = choices[0]?.[0] ?? "";
  const chosen = query.get(name) ?? initial;
  return (
    <div className="chips" role="group" aria-label={label}>
      {choices.map(([value, word]) => (
        <button
          key={value}
          type="button"
          className="chip"
          aria-pressed={chosen === value}
          onClick={() => {
            const back = value === initial || (toggles && value === chosen);
            setQuery({ [name]: back ? null : value });
          }}
        >
          {word}
        </button>
      ))}
    </div>
  );
}

/** Goes to a field for searching, by its key. */
export const searchAction = (label: string, field: string): PageAction => ({
  id: "search",
  label,
  icon: "search",
  key: "/",
  run: () => document.getElementById(field)?.focus(),
});
