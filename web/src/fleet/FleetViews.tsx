import { Link } from "../shell/router";

/** Between the fleet as a list and as a calendar. */
export function FleetViews({ active }: { active: "list" | "calendar" }) {
  return (
    <nav className="segmented fleet-views" aria-label="Fleet">
      <Link to="/vehicles" aria-current={active === "list" ? "page" : undefined}>List</Link>
      <Link to="/vehicles/calendar" aria-current={active === "calendar" ? "page" : undefined}>
        Calendar
      </Link>
    </nav>
  );
}
