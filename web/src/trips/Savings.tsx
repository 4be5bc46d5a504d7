import { co2, km, money, percent } from "../ui/format";
import type { Figures } from "./types";

interface Props {
  separate: Figures;
  shared: Figures;
  saved: Figures;
}

/** Cost, distance and emissions: alone, shared, and what that saves. */
export function Savings({ separate, shared, saved }: Props) {
  const share = (part: number, whole: number) => whole > 0 ? percent(part / whole) : "–";
  const rows: [string, string, string, string, string][] = [
    [
      "Cost",
      money(separate.price),
      money(shared.price),
      money(saved.price),
      share(Number(saved.price.amount), Number(separate.price.amount)),
    ],
    [
      "Distance",
      km(separate.distanceMeters),
      km(shared.distanceMeters),
      km(saved.distanceMeters),
      share(saved.distanceMeters, separate.distanceMeters),
    ],
    [
      "Emissions",
      co2(separate.co2Grams),
      co2(shared.co2Grams),
      co2(saved.co2Grams),
      share(saved.co2Grams, separate.co2Grams),
    ],
  ];
  return (
    <table className="table table-plain table-kept savings">
      <thead>
        <tr>
          <th scope="col">
            <span className="sr-only">What</span>
          </th>
          <th scope="col" className="right">Separate</th>
          <th scope="col" className="right">Shared</th>
          <th scope="col" className="right">Saved</th>
        </tr>
      </thead>
      <tbody>
        {rows.map(([name, before, after, less, part]) => (
          <tr key={name}>
            <th scope="row">{name}</th>
            <td className="num right">{before}</td>
            <td className="num right">{after}</td>
            <td className="num right">
              <strong>{less}</strong>
              <small>{part}</small>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
