import { Link } from "../shell/router";
import { co2, counted, km, money, percent } from "../ui/format";
import { TripBadge } from "./status";
import { TripSketch } from "./TripSketch";
import { TripStops } from "./TripStops";
import type { Trip } from "./types";
import { useTrip } from "./useTrip";

/** A trip in a list: the way, the stops, what it saves, and what can be done. */
export function TripCard({ trip }: { trip: Trip }) {
  const { buttons, dialog } = useTrip(trip);
  const path = `/trips/${encodeURIComponent(trip.id)}`;
  return (
    <section className="card trip-card" aria-label={trip.reference}>
      <header className="card-head">
        <h2>
          <Link to={path}>{trip.reference}</Link>
        </h2>
        <TripBadge status={trip.status} />
      </header>
      <p className="trip-note">
        {trip.vehicle.name} · {km(trip.distanceMeters)} ·{" "}
        {percent(Math.max(trip.load.volumeUtilisation, trip.load.weightUtilisation))} full
      </p>
      <TripSketch trip={trip} />
      <TripStops trip={trip} />
      <footer className="trip-foot">
        <span>
          Saves <strong className="num">{money(trip.saved.price)}</strong>,{" "}
          <strong className="num">{km(trip.saved.distanceMeters)}</strong> and{" "}
          <strong className="num">{co2(trip.saved.co2Grams)}</strong> against{" "}
          {counted(trip.orders.length, "separate trip")}
        </span>
        <span className="actions">
          {buttons}
          <Link className="button" to={`${path}?show=load`}>The load</Link>
        </span>
      </footer>
      {dialog}
    </section>
  );
}
