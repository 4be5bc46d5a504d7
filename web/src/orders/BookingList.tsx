import type { Booking } from "../api/types";
import { Link } from "../shell/router";
import { co2, date, dateTime, km, money } from "../ui/format";
import { Icon } from "../ui/Icon";
import { Section } from "../ui/Page";
import { BookingBadge } from "./status";

/** Each booking with its price, line by line. */
export function BookingList({ bookings }: { bookings: Booking[] }) {
  return (
    <Section title={bookings.length > 1 ? "Bookings" : "Booking"}>
      {bookings.map((booking) => (
        <article key={booking.id} className="booking">
          <header className="booking-head">
            <div>
              <h3>{booking.vehicle.name}</h3>
              <p className="faint">{booking.vehicle.class} · {date(booking.date)}</p>
              {booking.tripId && (
                <Link to={`/trips/${encodeURIComponent(booking.tripId)}`}>Shared trip</Link>
              )}
            </div>
            <BookingBadge status={booking.status} />
          </header>
          <ul className="figures">
            <li>
              <span>Price</span>
              <strong className="num">{money(booking.price)}</strong>
            </li>
            {booking.distanceMeters !== undefined && (
              <li>
                <span>Distance</span>
                <strong className="num">{km(booking.distanceMeters)}</strong>
              </li>
            )}
            {booking.co2Grams !== undefined && (
              <li>
                <span>
                  <Icon name="leaf" size={14} /> Emissions
                </span>
                <strong className="num">{co2(booking.co2Grams)}</strong>
              </li>
            )}
            {booking.etaAt && (
              <li>
                <span>Expected</span>
                <strong className="num">{dateTime(booking.etaAt)}</strong>
              </li>
            )}
          </ul>
          {(booking.breakdown?.length ?? 0) > 0 && (
            <table className="table table-plain table-kept price">
              <caption className="sr-only">How the price is made up</caption>
              <tbody>
                {booking.breakdown?.map((line) => (
                  <tr key={line.label}>
                    <th scope="row">{line.label}</th>
                    <td className="faint">{line.explanation}</td>
                    <td className="num right">{money(line.amount)}</td>
                  </tr>
                ))}
              </tbody>
              <tfoot>
                <tr>
                  <th scope="row">Total</th>
                  <td />
                  <td className="num right">{money(booking.price)}</td>
                </tr>
              </tfoot>
            </table>
          )}
        </article>
      ))}
    </Section>
  );
}
