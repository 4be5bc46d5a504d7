import { useId, useRef } from "react";
import { Icon } from "../ui/Icon";
import { excerpt, offsetOf, predicateWords, valueWords } from "./predicate";
import type { Verdict } from "./useChecked";
import { basisWords } from "./words";

interface Props {
  text: string;
  verdict: Verdict;
  error?: string | undefined;
  onChange: (text: string) => void;
}

const STATES = {
  holds: "It holds now",
  broken: "It does not hold now",
  "no-data": "There is nothing to measure now",
  "no-telemetry": "There is no telemetry now",
};

/** The predicate as text, looked at by the server as it is written. */
export function PredicateText({ text, verdict, error, onChange }: Props) {
  const id = useId();
  const area = useRef<HTMLTextAreaElement>(null);
  const { found, wrong } = verdict;
  const goTo = (column: number) => {
    const offset = offsetOf(verdict.text, column);
    area.current?.focus();
    area.current?.setSelectionRange(offset, offset);
  };
  const shown = wrong?.column ? excerpt(verdict.text, wrong.column, 40) : null;
  return (
    <div className={wrong || error ? "field field-wrong" : "field"}>
      <label className="field-label" htmlFor={id}>Predicate as text</label>
      <textarea
        ref={area}
        id={id}
        className="input predicate-text"
        rows={3}
        maxLength={1000}
        spellCheck={false}
        autoCapitalize="off"
        autoComplete="off"
        placeholder="share(logistics.orders, on_time = true) over 7d >= 0.95"
        value={text}
        aria-invalid={wrong || error ? true : undefined}
        aria-describedby={`${id}-note`}
        onChange={(event) => onChange(event.target.value)}
      />
      <div id={`${id}-note`} className="predicate-note" role="status">
        {error && !wrong && <p className="field-error">{error}</p>}
        {wrong && (
          <>
            {shown && (
              <pre className="predicate-at" aria-hidden="true">
                {shown[0]}
                {"\n"}
                <b>{shown[1]}</b>
              </pre>
            )}
            <p className="field-error">
              {wrong.column !== null && (
                <>
                  <button
                    type="button"
                    className="link-button num"
                    onClick={() => goTo(wrong.column ?? 1)}
                  >
                    Column {wrong.column}
                  </button>
                  {": "}
                </>
              )}
              {wrong.detail}
            </p>
          </>
        )}
        {found && !wrong && (
          <>
            <p>{predicateWords(found.measure)}</p>
            <p className="predicate-verdict">
              <Icon
                name={found.state === "holds"
                  ? "check"
                  : found.state === "broken"
                  ? "alarm"
                  : "info"}
                size={16}
              />
              <span>
                {STATES[found.state]}
                {found.value !== null && <>: {valueWords(found.measure, found.value)}</>}
                <Basis verdict={verdict} />
              </span>
            </p>
          </>
        )}
        {!found && !wrong && !error && (
          <p className="field-hint">
            {verdict.checking
              ? "Looking at it…"
              : "function(what, conditions) over window >= target"}
          </p>
        )}
      </div>
    </div>
  );
}

function Basis({ verdict }: { verdict: Verdict }) {
  const { found } = verdict;
  if (!found) return null;
  const words = basisWords({ ...found, risk: "none", burn: null, trend: null, breaksAt: null });
  return words ? <span className="faint">{` (${words})`}</span> : null;
}
