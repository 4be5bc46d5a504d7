import type { ReactNode } from "react";
import { Page } from "../ui/Page";
import { SubNav } from "../ui/SubNav";

const PARTS = [
  { to: "/runs", label: "Runs" },
  { to: "/runs/workflows", label: "Workflows" },
  { to: "/runs/schedules", label: "Schedules" },
  { to: "/runs/compare", label: "Compare" },
];

interface Props {
  title: string;
  lead?: ReactNode;
  actions?: ReactNode;
  children: ReactNode;
}

/** The frame of the pages about workflows: what ran, what is to run, and when. */
export function RunsArea({ title, lead, actions, children }: Props) {
  return (
    <Page title={title} lead={lead} actions={actions}>
      <SubNav label="Workflows" parts={PARTS} />
      {children}
    </Page>
  );
}
