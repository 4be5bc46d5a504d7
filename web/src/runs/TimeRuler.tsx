import { type KeyboardEvent, type PointerEvent, useMemo, useRef, useState } from "react";
import type { Run } from "../api/types";
import { IconButton } from "../ui/Button";
import { humanise } from "../ui/format";
import { Icon } from "../ui/Icon";
import { useRowKeys } from "../ui/rows";
import { LOOKS } from "./looks";
import { retries, span, type Visit } from "./steps";
import {
  moved,
  type Part,
  type Row,
  rows,
  type Span,
  ticks,
  unfolded,
  whole,
  zoomed,
} from "./timeline";

interface Props {
  run: Run;
  went: Visit[];
  selected: string | null;
  /** Which of the visits to the selected state. */
  visit?: number;
  onSelect: (name: string, visit: number) => void;
}

const MOST = 300;
/** A state that holds more than this is folded at first. */
const MANY = 40;

/** When each step and each of its tries ran, on one ruler that can be looked at closely. */
export function TimeRuler({ run, went, selected, visit, onSelect }: Props) {
  const now = run.endedAt ? 0 : Date.now();
  const all = useMemo(() => rows(run, went, now), [run, went]);
  const full = whole(run, now);
  const [part, setPart] = useState<Span | null>(null);
  const shown = part ?? full;
  const [turned, setTurned] = useState<ReadonlySet<number>>(() => new Set());
  const [most, setMost] = useState(MOST);
  const folded = useMemo(() => {
    const found = new Set<number>();
    for (const row of all) {
      const id = row.visit.enteredEvent;
      if (row.held > MANY !== turned.has(id)) found.add(id);
    }
    return found;
  }, [all, turned]);
  const list = unfolded(all, folded);
  const fold = (id: number) => {
    const next = new Set(turned);
    if (!next.delete(id)) next.add(id);
    setTurned(next);
  };
  const zoom = (factor: number, around = (shown.from + shown.to) / 2) => {
    const next = zoomed(shown, full, factor, around);
    setPart(next.to - next.from >= full.to - full.from ? null : next);
  };
  const rowKeys = useRowKeys();
  const key = (event: KeyboardEvent<HTMLElement>) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "+" || event.key === "=") zoom(0.5);
    else if (event.key === "-") zoom(2);
    else if (event.key === "0") setPart(null);
    else if (event.key === "ArrowLeft") setPart(moved(shown, full, -0.2));
    else if (event.key === "ArrowRight") setPart(moved(shown, full, 0.2));
    else return rowKeys(event);
    event.preventDefault();
    event.stopPropagation();
  };
  const marks = ticks(shown, 7);
  const at = (time: number) => (100 * (time - shown.from)) / (shown.to - shown.from);
  const brush = useBrush(shown, setPart);
  return (
    <div className="ruler" onKeyDown={key}>
      <div className="ruler-tools">
        <span className="faint num" role="status">
          {part === null
            ? `All of ${span(full.to)}`
            : `${span(shown.from)} to ${span(shown.to)} of ${span(full.to)}`}
        </span>
        <span className="ruler-zoom" role="group" aria-label="Time shown">
          <IconButton icon="plus" label="Closer" onClick={() => zoom(0.5)} />
          <IconButton icon="minus" label="Further" onClick={() => zoom(2)} disabled={!part} />
          <IconButton icon="scan" label="All" onClick={() => setPart(null)} disabled={!part} />
        </span>
      </div>
      <div className="ruler-row ruler-head" aria-hidden="true">
        <span />
        <span className="ruler-scale" {...brush.handlers}>
          {marks.map((mark) => (
            <span key={mark} style={{ left: `${at(mark)}%` }}>{mark === 0 ? 0 : span(mark)}</span>
          ))}
          {brush.range && (
            <b
              className="ruler-brush"
              style={{
                left: `${at(brush.range.from)}%`,
                width: `${at(brush.range.to) - at(brush.range.from)}%`,
              }}
            />
          )}
        </span>
        <span />
      </div>
      <ol>
        {list.slice(0, most).map((row) => (
          <RulerRow
            key={row.visit.enteredEvent}
            row={row}
            marks={marks}
            at={at}
            folded={folded.has(row.visit.enteredEvent)}
            chosen={row.visit.name === selected &&
              (visit === undefined || visit === row.number)}
            onFold={() => fold(row.visit.enteredEvent)}
            onSelect={() => onSelect(row.visit.name, row.number)}
          />
        ))}
      </ol>
      {list.length > most && (
        <p className="faint">
          The first {most} of {list.length} steps.{" "}
          <button type="button" className="link-button" onClick={() => setMost(most + MOST)}>
            Show more
          </button>
        </p>
      )}
      <Legend rows={all} />
    </div>
  );
}

interface RulerRowProps {
  row: Row;
  marks: number[];
  at: (time: number) => number;
  folded: boolean;
  chosen: boolean;
  onFold: () => void;
  onSelect: () => void;
}

function RulerRow({ row, marks, at, folded, chosen, onFold, onSelect }: RulerRowProps) {
  const { visit } = row;
  const name = humanise(visit.name);
  const took = span(row.to - row.from);
  const lane = visit.parent?.kind === "Map" && visit.index !== null ? `${visit.index + 1}. ` : "";
  return (
    <li className="ruler-item">
      {row.held > 0 && (
        <button
          type="button"
          className="ruler-fold"
          style={{ left: `${row.depth * 14}px` }}
          aria-expanded={!folded}
          aria-label={`What ran in ${name}: ${held(row)}`}
          onClick={onFold}
        >
          <Icon name={folded ? "right" : "down"} size={14} />
        </button>
      )}
      <button
        type="button"
        data-row=""
        className={chosen ? "ruler-row ruler-chosen" : "ruler-row"}
        aria-label={spoken(row, lane + name, took)}
        aria-pressed={chosen}
        onClick={onSelect}
      >
        <span className="ruler-name" style={{ paddingLeft: `${row.depth * 14 + 18}px` }}>
          <span className="clip">{lane}{name}</span>
          {row.held > 0 && <span className="faint ruler-held">{held(row)}</span>}
        </span>
        <span className="ruler-track">
          {marks.map((mark) => <i key={mark} style={{ left: `${at(mark)}%` }} />)}
          <Bar from={at(row.from)} to={at(row.to)} className={`ruler-${LOOKS[visit.state].tone}`} />
          {row.parts.length > (row.parts[0]?.kind === "wait" ? 0 : 1) &&
            onTop(row.parts).map((part) => (
              <Bar
                key={`${part.kind}${part.from}`}
                from={at(part.from)}
                to={at(part.to)}
                className={`ruler-part ruler-part-${part.kind}`}
              />
            ))}
        </span>
        <span className="num ruler-took">{took}</span>
      </button>
    </li>
  );
}

/** Pauses lie below tries, which may be too short to be seen beside them. */
const onTop = (parts: Part[]) => [...parts].sort((a, b) => order(a) - order(b));
const order = (part: Part) => part.kind === "pause" ? 0 : 1;

const held = (row: Row) =>
  row.visit.kind === "Map"
    ? row.lanes === 1 ? "1 iteration" : `${row.lanes} iterations`
    : row.lanes === 1
    ? "1 branch"
    : `${row.lanes} branches`;

/** What is left of a bar within 0 to 100; nothing when it lies outside. */
function Bar({ from, to, className }: { from: number; to: number; className: string }) {
  if (to < 0 || from > 100) return null;
  const left = Math.max(0, from);
  return (
    <span
      className={`ruler-bar ${className}`}
      style={{
        left: `min(${left}%, 100% - 3px)`,
        width: `${Math.max(0, Math.min(100, to) - left)}%`,
      }}
    />
  );
}

function spoken(row: Row, name: string, took: string): string {
  const again = retries([row.visit]);
  return [
    name,
    LOOKS[row.visit.state].word,
    took,
    `began after ${span(row.from)}`,
    ...(row.held > 0 ? [held(row)] : []),
    ...(again > 0 ? [again === 1 ? "1 retry" : `${again} retries`] : []),
  ].join(", ");
}

const WORDS: [Part["kind"], string][] = [
  ["succeeded", "A try that succeeded"],
  ["failed", "A try that failed"],
  ["pause", "Waiting to try again"],
  ["wait", "Waiting as told"],
];

/** Only what is there to be seen is explained. */
function Legend({ rows }: { rows: Row[] }) {
  const kinds = new Set(
    rows.flatMap((row) =>
      row.parts.length > 1 || row.parts[0]?.kind === "wait"
        ? row.parts.map((each) => each.kind)
        : []
    ),
  );
  const states = [...new Set(rows.map((row) => row.visit.state))];
  return (
    <ul className="ruler-legend" aria-label="Legend">
      {states.map((state) => (
        <li key={state}>
          <span className={`ruler-bar ruler-${LOOKS[state].tone}`} />
          {LOOKS[state].word}
        </li>
      ))}
      {WORDS.filter(([kind]) => kinds.has(kind)).map(([kind, word]) => (
        <li key={kind}>
          <span className={`ruler-bar ruler-part-${kind}`} />
          {word}
        </li>
      ))}
    </ul>
  );
}

/** Dragging along the scale chooses what is shown. */
function useBrush(shown: Span, choose: (span: Span) => void) {
  const [range, setRange] = useState<Span | null>(null);
  const origin = useRef<number | null>(null);
  const time = (event: PointerEvent<HTMLElement>) => {
    const box = event.currentTarget.getBoundingClientRect();
    const share = Math.min(1, Math.max(0, (event.clientX - box.left) / Math.max(1, box.width)));
    return shown.from + share * (shown.to - shown.from);
  };
  const handlers = {
    onPointerDown(event: PointerEvent<HTMLElement>) {
      if (event.button !== 0) return;
      origin.current = time(event);
      event.currentTarget.setPointerCapture(event.pointerId);
    },
    onPointerMove(event: PointerEvent<HTMLElement>) {
      if (origin.current === null) return;
      const here = time(event);
      setRange({ from: Math.min(origin.current, here), to: Math.max(origin.current, here) });
    },
    onPointerUp() {
      origin.current = null;
      if (range && range.to - range.from > (shown.to - shown.from) / 100) choose(range);
      setRange(null);
    },
    onPointerCancel() {
      origin.current = null;
      setRange(null);
    },
  };
  return { range, handlers };
}
