import { stopLook } from "../load/colouring";
import { Link } from "../shell/router";
import { counted, kg, km, time } from "../ui/format";
import type { Trip } from "./types";

/** The stops of a trip in the order of visits, each with its order and when the vehicle is there. */
export function TripStops({ trip }: { trip: Trip }) {
  return (
    <ol className="trip-stops" aria-label="Stops">
      <li>
        <span className="trip-badge trip-badge-depot" aria-hidden="true">D</span>
        <span className="trip-where">
          <strong>{trip.depot.name}</strong>
          <span className="faint">
            {trip.emptyMeters > 0
              ? `the vehicle comes empty, ${km(trip.emptyMeters)}`
              : "everything is loaded here"}
          </span>
        </span>
        <span className="trip-when num">{time(trip.departureAt)}</span>
      </li>
      {trip.stops.map((each) => {
        const gone = trip.orders.some((order) => order.orderId === each.orderId && !order.onBoard);
        return (
          <li key={each.stop} className={gone ? "trip-gone" : undefined}>
            <span
              className="trip-badge"
              style={{ background: stopLook(each.stop).colour }}
              aria-label={`Stop ${each.stop}`}
            >
              {each.stop}
            </span>
            <span className="trip-where">
              <strong>{each.name ?? "Unknown"}</strong>
              <span className="faint">
                {each.postcode} {each.city} · {km(each.distanceMeters)} on ·{" "}
                {counted(each.pieces, "piece")}, {kg(each.weightGrams)}
              </span>
              <Link to={`/orders/${encodeURIComponent(each.orderId)}`}>
                {each.orderReference}
                {gone && " (left the trip)"}
              </Link>
            </span>
            <span className="trip-when num">{time(each.arrivalAt)}</span>
          </li>
        );
      })}
    </ol>
  );
}
