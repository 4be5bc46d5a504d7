import type { ReactNode } from "react";
import { useMe } from "../shell/me";
import { Page } from "../ui/Page";
import { SubNav } from "../ui/SubNav";

const PARTS = [
  { to: "/intents", label: "Board" },
  { to: "/intents/graph", label: "Graph" },
  { to: "/intents/suggestions", label: "Suggestions" },
];

const WIDGETS = { to: "/intents/widgets", label: "Widgets" };

const WRITERS = ["admin", "manager", "planner", "supervisor"];

/** What the reader may do: declare and change intents, make widgets, read the log of events. */
export function useRights(): { writes: boolean; rules: boolean } {
  const me = useMe();
  const roles = me?.roles ?? [];
  return {
    writes: roles.some((role) => WRITERS.includes(role)),
    rules: roles.some((role) => role === "admin" || role === "manager"),
  };
}

interface Props {
  title: string;
  lead?: ReactNode;
  actions?: ReactNode;
  children: ReactNode;
}

/** The frame of the pages about what is wanted, and whether it is so. */
export function IntentsArea({ title, lead, actions, children }: Props) {
  const { rules } = useRights();
  return (
    <Page title={title} lead={lead} actions={actions}>
      <SubNav label="Intents" parts={rules ? [...PARTS, WIDGETS] : PARTS} />
      {children}
    </Page>
  );
}
