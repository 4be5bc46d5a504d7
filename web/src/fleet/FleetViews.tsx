import { Link } from "../shell/router";

const VIEWS = [
  { key: "list", path: "/vehicles", label: "List" },
  { key: "calendar", path: "/vehicles/calendar", label: "Calendar" },
  { key: "apart", path: "/vehicles/apart", label: "Kept apart" },
] as const;

/** Between the fleet as a list and as a calendar, and what its loads keep to. */
export function FleetViews({ active }: { active: (typeof VIEWS)[number]["key"] }) {
  return (
    <nav className="segmented fleet-views" aria-label="Fleet">
      {VIEWS.map(({ key, path, label }) => (
        <Link key={key} to={path} aria-current={key === active ? "page" : undefined}>
          {label}
        </Link>
      ))}
    </nav>
  );
}
