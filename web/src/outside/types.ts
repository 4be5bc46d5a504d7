import type { Actor } from "../api/types";

/** The wire shapes of MCP servers of others. */

export type ServerStatus = "new" | "ready" | "failing" | "needs-authorisation";

export interface OutsideServer {
  id: string;
  name: string;
  transport: "http" | "stdio";
  url: string | null;
  command: string[];
  enabled: boolean;
  questions: "decline" | "defaults";
  revision: string | null;
  timeoutSeconds: number;
  scopes: string[];
  headers: string[];
  environment: string[];
  clientId: string | null;
  authorised: boolean;
  status: ServerStatus;
  message: string | null;
  server: { name?: string; version?: string; title?: string; revision?: string } | null;
  checkedAt: string | null;
  createdAt: string;
  version: number;
}

export interface ToolDefinition {
  name?: string;
  title?: string;
  description?: string;
  inputSchema?: unknown;
  outputSchema?: unknown;
  annotations?: Record<string, unknown>;
}

export interface OutsideTool {
  /** Its name here. */
  tool: string;
  /** Its name there. */
  name: string;
  server: string;
  state: "offered" | "admitted" | "suspended" | "refused";
  definition: ToolDefinition | null;
  hash: string | null;
  reason: string | null;
  unchecked: string[];
  admitted: ToolDefinition | null;
  admittedHash: string | null;
  admittedAt: string | null;
  admittedBy: Actor | null;
  needsApproval: boolean;
  suspendedAt: string | null;
}

export interface Grant {
  agent: string;
  tool: string;
  grantedAt: string;
  grantedBy: Actor;
}
