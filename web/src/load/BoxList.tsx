import { type KeyboardEvent, useEffect, useMemo, useRef, useState } from "react";
import { kg } from "../ui/format";
import { Icon } from "../ui/Icon";
import { Section } from "../ui/Page";
import type { Colouring } from "./colouring";
import { Swatch } from "./Patterns";
import { remaining, type Section as Cut } from "./section";
import type { PlacedBox } from "./types";

const ROW = 34;
const PAGE = 8;

interface Props {
  boxes: PlacedBox[];
  colouring: Colouring;
  step: number;
  selected: number | null;
  section: Cut | null;
  onPick: (box: PlacedBox) => void;
}

/** Every box in loading order; only the rows in sight are in the page, so that thousands are easy. */
export function BoxList(
  { boxes, colouring, step, selected, section, onPick }: Props,
) {
  const [text, setText] = useState("");
  const [top, setTop] = useState(0);
  const frame = useRef<HTMLDivElement>(null);
  const category = useMemo(
    () => new Map(boxes.map((box, index) => [box.sequence, colouring.of[index] ?? 0])),
    [boxes, colouring],
  );
  const rows = useMemo(() => {
    const sorted = [...boxes].sort((a, b) => a.sequence - b.sequence);
    const wanted = text.trim().toLowerCase();
    if (!wanted) return sorted;
    return sorted.filter((box) =>
      String(box.sequence) === wanted || box.name.toLowerCase().includes(wanted)
    );
  }, [boxes, text]);
  const at = rows.findIndex((box) => box.sequence === selected);
  const shown = Math.min(rows.length, PAGE);
  const first = Math.max(0, Math.min(rows.length - shown, Math.floor(top / ROW)) - 4);
  const window = rows.slice(first, first + shown + 9);

  // What is selected elsewhere comes into sight here.
  useEffect(() => {
    const element = frame.current;
    if (!element || at < 0) return;
    const high = element.clientHeight;
    if (at * ROW < element.scrollTop) element.scrollTop = at * ROW;
    else if ((at + 1) * ROW > element.scrollTop + high) element.scrollTop = (at + 1) * ROW - high;
  }, [at]);

  const key = (event: KeyboardEvent) => {
    const moves: Record<string, number> = {
      ArrowDown: at + 1,
      ArrowUp: at < 0 ? 0 : at - 1,
      PageDown: at + PAGE,
      PageUp: at - PAGE,
      Home: 0,
      End: rows.length - 1,
    };
    const to = moves[event.key];
    if (to === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    const box = rows[Math.max(0, Math.min(rows.length - 1, to))];
    if (box) onPick(box);
  };
  return (
    <Section
      title="Boxes in loading order"
      aside={<span className="faint num">{rows.length}</span>}
    >
      <div className="search box-search">
        <Icon name="search" size={16} />
        <input
          className="input"
          type="search"
          placeholder="Number or name"
          aria-label="Find a box by number or name"
          value={text}
          onChange={(event) => setText(event.target.value)}
        />
      </div>
      {rows.length === 0 ? <p className="faint">No box like that.</p> : (
        <div
          ref={frame}
          className="box-list"
          role="listbox"
          aria-label="Boxes in loading order"
          tabIndex={0}
          aria-activedescendant={at >= 0 ? `box-${selected}` : undefined}
          style={{ height: shown * ROW }}
          onScroll={(event) => setTop(event.currentTarget.scrollTop)}
          onKeyDown={key}
        >
          <div role="presentation" style={{ height: rows.length * ROW }}>
            {window.map((box, index) => {
              const away = box.sequence <= step && remaining(box, section) === null;
              const look = colouring.categories[category.get(box.sequence) ?? 0];
              return (
                <div
                  key={box.sequence}
                  id={`box-${box.sequence}`}
                  role="option"
                  aria-selected={box.sequence === selected}
                  aria-setsize={rows.length}
                  aria-posinset={first + index + 1}
                  className={box.sequence > step || away ? "box-row box-row-ahead" : "box-row"}
                  style={{ top: (first + index) * ROW, height: ROW }}
                  onClick={() => onPick(box)}
                >
                  <span className="num box-row-number">{box.sequence}</span>
                  {look && <Swatch category={look} size={16} />}
                  <span className="clip grow">{box.name}</span>
                  {away && <span className="box-row-cut">cut away</span>}
                  <span className="num faint">stop {box.stop}</span>
                  <span className="num">{kg(box.weightGrams)}</span>
                </div>
              );
            })}
          </div>
        </div>
      )}
    </Section>
  );
}
