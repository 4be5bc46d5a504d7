import { useQuery } from "../api/query";
import type { Actor, Named, Page } from "../api/types";
import { useMe } from "../shell/me";

export type ApprovalStatus =
  | "open"
  | "approved"
  | "amended"
  | "rejected"
  | "expired"
  | "withdrawn";

/** What somebody is asked to agree to: a call of a tool, a task of a run, a remediation. */
export interface Approval {
  id: string;
  kind: "tool-call" | "task" | "remediation";
  title: string;
  details?: unknown;
  agent: string | null;
  tool: string | null;
  /** What the agent wants to call the tool with, or what a task lets people change. */
  input?: unknown;
  /** What was agreed to instead. */
  agreedInput?: unknown;
  executionId: string | null;
  /** Who may decide by now. */
  roles: string[];
  secondPerson: boolean;
  askedBy: Actor;
  onBehalfOf: Actor | null;
  requestedAt: string;
  expiresAt: string | null;
  escalation: { at: string; roles: string[]; taken: boolean }[];
  status: ApprovalStatus;
  decidedAt: string | null;
  decidedBy: Actor | null;
  comment: string | null;
  mayDecide: boolean;
}

/** One with what it belongs to. */
export interface WholeApproval extends Approval {
  /** What a changed input must fit; null: there is nothing to change. */
  inputSchema: unknown;
  /** Why the reader may not decide. */
  refusal: string | null;
  run: string | null;
  decisionId: string | null;
}

/** One as whoever came by the link in a message sees it. */
export interface LinkedApproval extends WholeApproval {
  account: Named;
  organisation: Named;
  linkUntil: string;
}

export interface Answer {
  verdict: "approve" | "reject" | "amend";
  input?: unknown;
  comment?: string;
}

const TOPICS = ["approvals"];

/** What waits for the reader to decide, the newest fifty. */
export function useApprovals(interval: number) {
  const me = useMe();
  const may = me?.roles.some((role) => role !== "customer") ?? false;
  const found = useQuery<Page<Approval>>(
    may ? "/api/approvals?open=true&mine=true&limit=50" : null,
    interval,
    TOPICS,
  );
  return { ...found, items: found.data?.items ?? NONE };
}

const NONE: Approval[] = [];

/** One approval, read anew whenever any is decided. */
export const useApproval = (id: string) =>
  useQuery<WholeApproval>(`/api/approvals/${encodeURIComponent(id)}`, 5000, TOPICS);
