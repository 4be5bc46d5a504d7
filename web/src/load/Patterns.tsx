import type { Category } from "./colouring";

/** How a pattern is drawn in a tile of 8 by 8; the scene's shader draws the same ones. */
const STROKES = [
  "",
  "M-1 1 1-1M-1 9 9-1M7 9 9 7",
  "M2 2h.01M6 6h.01",
  "M0 2h8M0 6h8",
  "M-1 7 1 9M-1-1 9 9M7-1 9 1",
  "M0 4h8M4 0v8",
  "M2 0v8M6 0v8",
  "M-1-1 9 9M-1 9 9-1",
];

interface Props {
  id: string;
  categories: Category[];
  /** How long one unit of the tile is in the drawing's units. */
  scale: number;
}

/** Fills for SVG shapes: `url(#<id>-<index>)` for each category. */
export function Patterns({ id, categories, scale }: Props) {
  return (
    <defs>
      {categories.map((each, index) => (
        <pattern
          key={each.key}
          id={`${id}-${index}`}
          width={8}
          height={8}
          patternUnits="userSpaceOnUse"
          patternTransform={`scale(${scale})`}
        >
          <rect width={8} height={8} fill={each.colour} />
          {each.pattern > 0 && (
            <path
              className="pattern-ink"
              d={STROKES[each.pattern]}
              strokeWidth={each.pattern === 2 ? 2.4 : 1.2}
            />
          )}
        </pattern>
      ))}
    </defs>
  );
}

/** A little square with colour and pattern of a category. */
export function Swatch({ category, size = 18 }: { category: Category; size?: number }) {
  const id = `swatch-${category.colour.slice(1)}-${category.pattern}`;
  return (
    <svg className="swatch" width={size} height={size} viewBox="0 0 18 18" aria-hidden="true">
      <Patterns id={id} categories={[category]} scale={0.95} />
      <rect x={0.5} y={0.5} width={17} height={17} rx={4} fill={`url(#${id}-0)`} />
    </svg>
  );
}

/** What each colour and pattern stands for. */
export function ColourLegend({ categories, label }: { categories: Category[]; label: string }) {
  return (
    <ul className="stops" aria-label={label}>
      {categories.slice(0, 24).map((each) => (
        <li key={each.key}>
          <Swatch category={each} />
          <span>{each.label}</span>
          <span className="faint num">{each.boxes}</span>
        </li>
      ))}
      {categories.length > 24 && <li className="faint">and {categories.length - 24} more</li>}
    </ul>
  );
}
