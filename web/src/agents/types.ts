import type { AgentSummary } from "../api/types";

export interface AgentTool {
  name: string;
  purpose: string;
  effect: "read" | "compute" | "write" | "external";
  needsApproval: boolean;
  input: unknown;
}

export interface AgentLimits {
  turns: number;
  seconds: number;
  costMicros: number;
  answerTokens: number;
  repairs: number;
}

export interface AgentSettings {
  mode: "rules" | "model";
  models: string[];
  personal: "hidden" | "shown";
  limits: AgentLimits;
  approvals: string[];
  approvers: string[];
  secondPerson: boolean;
  approvalMinutes: number;
  outsideTools: string[];
  guidance: string;
}

export interface AgentDetail extends AgentSummary {
  colleagues: string[];
  toolDetails: AgentTool[];
  settings: AgentSettings;
  version: number;
  routineTasks: string[];
  guidance: string;
  inputSchema: unknown;
  outputSchema: unknown;
}

/** What routine tasks are to be done without people: the target of the platform. */
export const AUTOMATION_TARGET = 0.8;
