import { Icon } from "../ui/Icon";
import { Section } from "../ui/Page";
import { balance, type Figure, whole } from "./figures";
import type { VehicleLoad } from "./types";

/** What both layouts come to: all vehicles together, and the one that is looked at. */
export function CompareFigures(
  { before, after, at, count }: {
    before: VehicleLoad[];
    after: VehicleLoad[];
    at: number;
    count: number;
  },
) {
  const own = balance(before[at], after[at]);
  return (
    <Section title="Figures" className="compare-figures">
      <div className="scroll-x" tabIndex={0} role="group" aria-label="Figures of both">
        <table className="figures-table">
          <thead>
            <tr>
              <th scope="col">
                <span className="sr-only">Figure</span>
              </th>
              <th scope="col">Before</th>
              <th scope="col">After</th>
              <th scope="col">Change</th>
            </tr>
          </thead>
          <Rows title="The whole load" figures={whole(before, after)} />
          <Rows
            title={count > 1 ? `Vehicle ${at + 1}` : "Balance"}
            // Of a single vehicle the first three say again what stands above.
            figures={count > 1 ? own : own.slice(3)}
          />
        </table>
      </div>
    </Section>
  );
}

function Rows({ title, figures }: { title: string; figures: Figure[] }) {
  return (
    <tbody>
      <tr>
        <th scope="rowgroup" colSpan={4} className="figures-group">{title}</th>
      </tr>
      {figures.map((each) => (
        <tr key={each.label}>
          <th scope="row">{each.label}</th>
          <Value label="Before" text={each.before} over={each.over?.before} />
          <Value label="After" text={each.after} over={each.over?.after} />
          <td className="num" data-label="Change">
            {each.change ? <strong>{each.change}</strong> : <span className="faint">same</span>}
          </td>
        </tr>
      ))}
    </tbody>
  );
}

function Value(
  { label, text, over }: { label: string; text: string; over: boolean | undefined },
) {
  return (
    <td className="num" data-label={label}>
      {over
        ? (
          <span className="verdict verdict-bad">
            <Icon name="alarm" size={14} />
            {text}, over the limit
          </span>
        )
        : text}
    </td>
  );
}
