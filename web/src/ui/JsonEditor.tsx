import { type KeyboardEvent, useId, useLayoutEffect, useMemo, useRef } from "react";
import { Button } from "./Button";
import { Icon } from "./Icon";
import { type JsonText, placeOf, readJson } from "./jsonText";

/** Something wrong at a place in the document, by its JSON Pointer. */
export interface Problem {
  pointer: string;
  message: string;
}

interface Props {
  label: string;
  text: string;
  onChange: (text: string) => void;
  /** What whoever judges the value finds wrong with it. */
  problems?: readonly Problem[];
  hint?: string;
  rows?: number;
  readOnly?: boolean;
  autoFocus?: boolean;
}

const NONE: readonly Problem[] = [];

/** The text read as JSON; once for all who need it. */
export function useJson(text: string): JsonText {
  return useMemo(() => readJson(text), [text]);
}

interface Found {
  line: number;
  column: number;
  offset: number;
  pointer: string | null;
  message: string;
}

/** JSON to be written by hand: numbered lines, with what is wrong at the line where it is. */
export function JsonEditor(props: Props) {
  const { label, text, onChange, problems = NONE, hint, rows = 14, readOnly, autoFocus } = props;
  const id = useId();
  const area = useRef<HTMLTextAreaElement>(null);
  const gutter = useRef<HTMLDivElement>(null);
  const caret = useRef<number | null>(null);
  const read = useJson(text);
  const found = useMemo<Found[]>(
    () =>
      read.error
        ? [{ ...read.error, pointer: null }]
        : problems.map((each) => ({ ...placeOf(read, text, each.pointer), ...each }))
          .sort((a, b) => a.offset - b.offset),
    [read, problems],
  );
  const wrong = new Map(found.map((each) => [each.line, each.message]));
  const lines = text.split("\n").length;
  useLayoutEffect(() => {
    if (caret.current === null) return;
    area.current?.setSelectionRange(caret.current, caret.current);
    caret.current = null;
  });
  const key = (event: KeyboardEvent<HTMLTextAreaElement>) => {
    if (event.key !== "Enter" || event.ctrlKey || event.metaKey || readOnly) return;
    // A new line begins where the last one did, and deeper after a bracket.
    const { selectionStart, selectionEnd, value } = event.currentTarget;
    const line = value.slice(value.lastIndexOf("\n", selectionStart - 1) + 1, selectionStart);
    const indent = /^[ ]*/.exec(line)?.[0] ?? "";
    const opens = /[{[]\s*$/.test(line);
    const closes = /^\s*[}\]]/.test(value.slice(selectionEnd));
    const added = `\n${indent}${opens ? "  " : ""}`;
    event.preventDefault();
    caret.current = selectionStart + added.length;
    onChange(
      value.slice(0, selectionStart) + added + (opens && closes ? `\n${indent}` : "") +
        value.slice(selectionEnd),
    );
  };
  const goTo = (offset: number) => {
    const element = area.current;
    if (!element) return;
    element.focus();
    element.setSelectionRange(offset, offset);
    const high = element.scrollHeight / Math.max(1, lines);
    const line = text.slice(0, offset).split("\n").length;
    element.scrollTop = Math.max(0, (line - 4) * high);
  };
  const formatted = read.error ? null : JSON.stringify(read.value, null, 2);
  return (
    <div className={found.length > 0 ? "field json-field field-wrong" : "field json-field"}>
      <div className="json-head">
        <label className="field-label" htmlFor={id}>{label}</label>
        {!readOnly && (
          <Button
            small
            kind="quiet"
            disabled={formatted === null || formatted === text}
            onClick={() => formatted !== null && onChange(formatted)}
          >
            Tidy up
          </Button>
        )}
      </div>
      <div className="json-editor">
        <div ref={gutter} className="json-lines num" aria-hidden="true">
          {Array.from({ length: lines }, (_, index) => (
            <span
              key={index}
              className={wrong.has(index + 1) ? "json-line-wrong" : undefined}
              title={wrong.get(index + 1)}
            >
              {index + 1}
            </span>
          ))}
        </div>
        <textarea
          ref={area}
          id={id}
          className="json-text"
          rows={rows}
          spellCheck={false}
          autoCapitalize="off"
          autoComplete="off"
          wrap="off"
          autoFocus={autoFocus}
          readOnly={readOnly}
          value={text}
          aria-invalid={found.length > 0 ? true : undefined}
          aria-describedby={`${id}-note`}
          onChange={(event) => onChange(event.target.value)}
          onKeyDown={key}
          onScroll={(event) => {
            if (gutter.current) gutter.current.scrollTop = event.currentTarget.scrollTop;
          }}
        />
      </div>
      <div id={`${id}-note`} role="status" className="json-note">
        {found.length === 0 && hint && <p className="field-hint">{hint}</p>}
        {found.length > 0 && (
          <ul>
            {found.slice(0, 20).map((each, index) => (
              <li key={index}>
                <Icon name="alarm" size={14} />
                <button type="button" className="link-button num" onClick={() => goTo(each.offset)}>
                  Line {each.line}
                </button>
                <span className="wrap">
                  {each.pointer && <code>{each.pointer}</code>} {each.message}
                </span>
              </li>
            ))}
            {found.length > 20 && <li className="faint">and {found.length - 20} more</li>}
          </ul>
        )}
      </div>
    </div>
  );
}
