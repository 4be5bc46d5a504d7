import { type ReactNode, useId } from "react";
import { setQuery } from "../shell/router";
import { Check } from "../ui/Field";

interface Props<By extends string> {
  plan: boolean;
  /** The browser draws nothing in three dimensions. */
  missing: boolean;
  /** What one can colour by; the first is what one gets without asking. */
  ways: [By, string][];
  by: By;
  balance: boolean;
  children?: ReactNode;
}

/** How one looks at a load: in 3D or as plans, in which colours, with the centre of gravity or not. */
export function LookTools<By extends string>(
  { plan, missing, ways, by, balance, children }: Props<By>,
) {
  const id = useId();
  return (
    <div className="load-tools">
      <div className="segmented" role="group" aria-label="View">
        <button
          type="button"
          aria-pressed={!plan}
          disabled={missing}
          onClick={() => setQuery({ view: null })}
        >
          3D
        </button>
        <button type="button" aria-pressed={plan} onClick={() => setQuery({ view: "plan" })}>
          Plan
        </button>
      </div>
      <div className="colour-by">
        <span id={id}>Colour by</span>
        <div className="segmented" role="group" aria-labelledby={id}>
          {ways.map(([key, label], index) => (
            <button
              key={key}
              type="button"
              aria-pressed={by === key}
              onClick={() => setQuery({ by: index === 0 ? null : key })}
            >
              {label}
            </button>
          ))}
        </div>
      </div>
      {children}
      <Check
        label="Centre of gravity"
        checked={balance}
        onChange={(event) => setQuery({ plain: event.target.checked ? null : "1" })}
      />
    </div>
  );
}

/** Why there are plans where one asked for a picture. */
export const NoPicture = () => (
  <p className="notice">This browser cannot draw in three dimensions, so the plans are shown.</p>
);
