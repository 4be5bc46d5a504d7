import { Link, useLocation } from "../shell/router";

interface Props {
  label: string;
  parts: { to: string; label: string }[];
}

/** The parts of an area, as links; the one that is open says so. */
export function SubNav({ label, parts }: Props) {
  const { path } = useLocation();
  const here = [...parts].sort((a, b) => b.to.length - a.to.length)
    .find((each) => path === each.to || path.startsWith(`${each.to}/`));
  return (
    <nav className="tabs sub-nav" aria-label={label}>
      {parts.map((each) => (
        <Link
          key={each.to}
          to={each.to}
          className="tab"
          aria-current={each === here ? "page" : undefined}
        >
          {each.label}
        </Link>
      ))}
    </nav>
  );
}
