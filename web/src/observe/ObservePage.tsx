import type { ReactNode } from "react";
import { Link, useLocation } from "../shell/router";
import { Page } from "../ui/Page";
import { SubNav } from "../ui/SubNav";

const PARTS = [
  { to: "/observe", label: "Dashboards" },
  { to: "/observe/traces", label: "Traces" },
  { to: "/observe/map", label: "Service map" },
  { to: "/observe/logs", label: "Logs" },
];

interface Props {
  title: string;
  lead?: ReactNode;
  actions?: ReactNode;
  children: ReactNode;
}

/** The frame of the pages that show how the system itself does. */
export function ObservePage({ title, lead, actions, children }: Props) {
  return (
    <Page title={title} lead={lead} actions={actions}>
      <SubNav label="Observe" parts={PARTS} />
      {children}
    </Page>
  );
}

const WINDOWS: [string, string][] = [
  ["15", "15 min"],
  ["60", "1 h"],
  ["360", "6 h"],
  ["1440", "24 h"],
  ["10080", "7 days"],
];

/** How far back one looks, in minutes; the address keeps it. */
export function useMinutes(): number {
  const { query } = useLocation();
  const given = Number(query.get("minutes"));
  return WINDOWS.some(([value]) => Number(value) === given) ? given : 60;
}

export function WindowChoice() {
  const { path, query } = useLocation();
  const minutes = useMinutes();
  return (
    <div className="segmented" role="group" aria-label="How far back">
      {WINDOWS.map(([value, word]) => {
        const to = new URLSearchParams(query);
        to.set("minutes", value);
        return (
          <Link
            key={value}
            to={`${path}?${to}`}
            aria-current={Number(value) === minutes ? "true" : undefined}
          >
            {word}
          </Link>
        );
      })}
    </div>
  );
}
