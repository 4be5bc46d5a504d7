import { useQuery } from "../api/query";
import type { Actor, Page } from "../api/types";
import { useMe } from "../shell/me";

/** What a run asks a person to agree to. */
export interface Approval {
  id: string;
  executionId: string;
  title: string;
  details?: unknown;
  /** Who may decide; empty is everybody who steers runs. */
  roles: string[];
  requestedAt: string;
  status: "open" | "approved" | "rejected" | "closed";
  decidedAt?: string | null;
  decidedBy?: Actor | null;
  comment?: string | null;
}

/** Whoever may decide; the server asks others than these for nothing. */
const DECIDERS = [
  "admin",
  "manager",
  "planner",
  "operator",
  "technician",
  "desk-agent",
  "supervisor",
];

/** What waits to be decided, the newest fifty. */
export function useApprovals(interval: number): Approval[] {
  const me = useMe();
  const may = me?.roles.some((role) => DECIDERS.includes(role)) ?? false;
  const found = useQuery<Page<Approval>>(
    may ? "/api/approvals?open=true&limit=50" : null,
    interval,
  );
  return found.data?.items ?? NONE;
}

const NONE: Approval[] = [];
