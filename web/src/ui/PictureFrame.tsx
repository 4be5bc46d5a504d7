import { type KeyboardEvent, type ReactNode, useId, useRef } from "react";
import { IconButton } from "./Button";
import { nearest, type Picture, type Rect } from "./sight";
import { usePanZoom } from "./usePanZoom";

/** A part of a picture that can be chosen. */
export interface Spot extends Rect {
  name: string;
  /** What a screen reader says of it. */
  spoken: string;
}

interface Props {
  label: string;
  className?: string;
  maxHeight?: number;
  picture: Picture;
  /** In the order of reading. */
  spots: readonly Spot[];
  /** The attribute by which what is drawn names its spot, such as `data-state`. */
  attribute: string;
  selected: string | null;
  /** What is to be in sight, and what is while there is nothing of that; both stay the same objects. */
  shown: Rect | undefined;
  attention?: Rect | undefined;
  /** The sorts of arrows that are drawn: each has the class `arrow-SORT`. */
  arrows: readonly string[];
  onSelect: (name: string | null) => void;
  onOpen?: (name: string) => void;
  legend?: ReactNode;
  /** Draws it; `arrow` is what `markerEnd` takes. */
  children: (arrow: (sort: string) => string) => ReactNode;
}

/** A picture to move, to size, and to walk through by key. */
export function PictureFrame(props: Props) {
  const { picture, spots, selected, onSelect, onOpen } = props;
  const frame = useRef<HTMLDivElement>(null);
  const id = useId();
  const { transform, fit, zoom, handlers, dragged } = usePanZoom(
    frame,
    picture,
    props.shown,
    props.attention,
  );
  const at = spots.findIndex((each) => each.name === selected);
  const key = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const here = spots[at];
    let to = -1;
    if (event.key === "Home" || (!here && event.key.startsWith("Arrow"))) to = 0;
    else if (event.key === "End") to = spots.length - 1;
    else if (here && event.key.startsWith("Arrow")) to = nearest(spots, here, event.key);
    else if (event.key === "Enter" && here && onOpen) return onOpen(here.name);
    else if (event.key === "+" || event.key === "=") zoom(1.25);
    else if (event.key === "-") zoom(0.8);
    else if (event.key === "0") fit();
    else return;
    event.preventDefault();
    event.stopPropagation();
    const next = spots[to];
    if (next) onSelect(next.name);
  };
  const under = (target: EventTarget) =>
    (target as Element).closest(`[${props.attribute}]`)?.getAttribute(props.attribute) ?? null;
  return (
    <div className="graph-frame">
      <div
        ref={frame}
        className={["graph", props.className].filter(Boolean).join(" ")}
        style={props.maxHeight === undefined ? undefined : { maxHeight: `${props.maxHeight}px` }}
        role="listbox"
        tabIndex={0}
        aria-label={props.label}
        aria-activedescendant={at >= 0 ? `${id}-${at}` : undefined}
        onKeyDown={key}
        {...handlers}
        onClick={(event) => {
          if (!dragged()) onSelect(under(event.target));
        }}
        onDoubleClick={(event) => {
          const name = under(event.target);
          if (name !== null) onOpen?.(name);
        }}
      >
        <div className="sr-only">
          {spots.map((each, index) => (
            <div
              key={each.name}
              id={`${id}-${index}`}
              role="option"
              aria-selected={index === at}
            >
              {each.spoken}
            </div>
          ))}
        </div>
        <svg className="graph-picture" aria-hidden="true">
          <defs>
            {props.arrows.map((each) => (
              <marker
                key={each}
                id={`${id}-${each}`}
                className={`arrow-${each}`}
                viewBox="0 0 8 8"
                refX={1}
                refY={4}
                markerWidth={8}
                markerHeight={8}
                markerUnits="userSpaceOnUse"
                orient="auto"
              >
                <path d="M0 0 8 4 0 8z" />
              </marker>
            ))}
          </defs>
          <g transform={transform}>{props.children((sort) => `url(#${id}-${sort})`)}</g>
        </svg>
      </div>
      <div className="view-tools" role="group" aria-label="Size">
        <IconButton icon="plus" label="Larger" onClick={() => zoom(1.25)} />
        <IconButton icon="minus" label="Smaller" onClick={() => zoom(0.8)} />
        <IconButton icon="scan" label="Fit" onClick={fit} />
      </div>
      {props.legend}
    </div>
  );
}
