import type { ReactNode } from "react";
import { Page } from "../ui/Page";
import { SubNav } from "../ui/SubNav";

const PARTS = [
  { to: "/events", label: "Log" },
  { to: "/events/rules", label: "Rules" },
  { to: "/events/dead-letters", label: "Dead letters" },
];

interface Props {
  title: string;
  lead?: ReactNode;
  actions?: ReactNode;
  children: ReactNode;
}

/** The frame of the pages about what happened, and what follows from it. */
export function EventsArea({ title, lead, actions, children }: Props) {
  return (
    <Page title={title} lead={lead} actions={actions}>
      <SubNav label="Events" parts={PARTS} />
      {children}
    </Page>
  );
}
