import { useQuery } from "../api/query";
import type { Page as ListOf, Vehicle } from "../api/types";
import { Link, setQuery, useLocation } from "../shell/router";
import { Button } from "../ui/Button";
import { Facts } from "../ui/Data";
import { count, cubic, dateLong, humanise, kg, meters } from "../ui/format";
import { Icon } from "../ui/Icon";
import { Page } from "../ui/Page";
import { Empty, Failure, Skeleton } from "../ui/States";
import { FleetViews } from "./FleetViews";
import { rateText } from "./rates";

/** The fleet, and who is free on a day. */
export function VehiclesPage() {
  const { query } = useLocation();
  const date = query.get("date");
  const vehicles = useQuery<ListOf<Vehicle>>("/api/vehicles", 15_000, ["vehicles"]);
  const free = useQuery<ListOf<Vehicle>>(
    date ? `/api/vehicles/available?date=${encodeURIComponent(date)}` : null,
    5000,
  );
  const freeIds = free.data
    ? new Set(free.data.items.filter((each) => each.available !== false).map((each) => each.id))
    : null;
  const onlyFree = query.has("free");
  const available = (each: Vehicle): boolean | null =>
    date ? freeIds ? freeIds.has(each.id) : null : each.available ?? null;
  const all = vehicles.data?.items ?? [];
  const shown = onlyFree ? all.filter((each) => available(each) === true) : all;
  const number = all.filter((each) => available(each) === true).length;

  return (
    <Page
      title="Vehicles"
      lead={vehicles.data &&
        `${count(number)} of ${count(all.length)} free ${date ? `on ${dateLong(date)}` : "now"}`}
      actions={<FleetViews active="list" />}
    >
      <div className="filters filter-fields">
        <label className="inline-field">
          <span>Free on</span>
          <input
            type="date"
            className="input"
            value={date ?? ""}
            onChange={(event) => setQuery({ date: event.target.value })}
          />
        </label>
        {date && <Button small kind="quiet" onClick={() => setQuery({ date: null })}>Now</Button>}
        <button
          type="button"
          className="chip"
          aria-pressed={onlyFree}
          onClick={() => setQuery({ free: onlyFree ? null : "1" })}
        >
          <Icon name="check" size={15} />
          Only free ones
        </button>
      </div>
      <div className="card card-flush">
        {vehicles.loading && <Skeleton lines={8} />}
        {vehicles.error !== null && <Failure error={vehicles.error} retry={vehicles.refresh} />}
        {free.error !== null && <Failure error={free.error} retry={free.refresh} />}
        {vehicles.data && shown.length === 0 && free.error === null && (
          <Empty icon="vehicles" title={onlyFree ? "None is free" : "No vehicles yet"}>
            {onlyFree ? "Try another day." : "Vehicles appear here once the fleet is known."}
          </Empty>
        )}
        {shown.length > 0 && (
          <div className="scroll-x">
            <table className="table table-plain">
              <thead>
                <tr>
                  <th scope="col">Vehicle</th>
                  <th scope="col">{date ? "That day" : "Now"}</th>
                  <th scope="col">Depot</th>
                  <th scope="col" className="right">Inside, L × W × H</th>
                  <th scope="col" className="right">Volume</th>
                  <th scope="col" className="right">Payload</th>
                  <th scope="col">Rates and axles</th>
                </tr>
              </thead>
              <tbody>
                {shown.map((each) => (
                  <Row key={each.id} vehicle={each} available={available(each)} />
                ))}
              </tbody>
            </table>
          </div>
        )}
      </div>
    </Page>
  );
}

function Row({ vehicle, available }: { vehicle: Vehicle; available: boolean | null }) {
  const { lengthMm, widthMm, heightMm } = vehicle;
  return (
    <tr>
      <td className="cell-main">
        <Link className="row-link" to={`/vehicles/${vehicle.id}`}>
          <span className="strong num">{vehicle.name}</span>
          <span className="faint">{vehicle.class}</span>
        </Link>
      </td>
      <td className="cell-status">
        {available !== null && (
          <span className={available ? "status status-delivered" : "status status-cancelled"}>
            <Icon name={available ? "check" : "stop"} size={15} />
            {available ? "Free" : "Taken"}
          </span>
        )}
      </td>
      <td data-label="Depot">{vehicle.depot?.name ?? "–"}</td>
      <td data-label="Inside" className="num right nowrap">
        {meters(lengthMm)} × {meters(widthMm)} × {meters(heightMm)}
      </td>
      <td data-label="Volume" className="num right">{cubic(lengthMm * widthMm * heightMm)}</td>
      <td data-label="Payload" className="num right">{kg(vehicle.payloadGrams)}</td>
      <td className="cell-more">
        <details className="more-data">
          <summary>Show</summary>
          <Facts facts={details(vehicle)} />
        </details>
      </td>
    </tr>
  );
}

function details(vehicle: Vehicle): [string, string][] {
  const rates = Object.entries(vehicle.rates ?? {}).map(([key, value]): [string, string] => [
    humanise(key),
    rateText(key, value),
  ]);
  const axles = (vehicle.axles ?? []).map((axle, index): [string, string] => [
    `Axle, ${axle.name ?? index + 1}`,
    axle.limitGrams ? `up to ${kg(axle.limitGrams)}` : "–",
  ]);
  return [...rates, ...axles];
}
