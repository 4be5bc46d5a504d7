import type { OutsideServer } from "./types";

/** A server as a form has it; secrets are lines `Name: value`. */
export interface ServerDraft {
  name: string;
  transport: "http" | "stdio";
  url: string;
  command: string;
  timeoutSeconds: string;
  questions: "decline" | "defaults";
  scopes: string;
  /** Header fields, or variables of a program: one a line. */
  secrets: string;
  clientId: string;
  clientSecret: string;
}

export function draftOf(server: OutsideServer | null): ServerDraft {
  return {
    name: server?.name ?? "",
    transport: server?.transport ?? "http",
    url: server?.url ?? "",
    command: (server?.command ?? []).join("\n"),
    timeoutSeconds: String(server?.timeoutSeconds ?? 60),
    questions: server?.questions ?? "decline",
    scopes: (server?.scopes ?? []).join(" "),
    secrets: "",
    clientId: server?.clientId ?? "",
    clientSecret: "",
  };
}

/** The lines `Name: value` (or `NAME=value`) as an object; null where a line is neither. */
export function secretsOf(text: string): Record<string, string> | null {
  const found: Record<string, string> = {};
  for (const line of text.split("\n").map((each) => each.trim()).filter(Boolean)) {
    const match = /^([A-Za-z0-9_-]+)\s*[:=]\s*(.+)$/.exec(line);
    if (!match?.[1] || !match[2]) return null;
    found[match[1]] = match[2];
  }
  return found;
}

/** What is wrong with a draft, by pointer. */
export function mistakes(draft: ServerDraft, isNew: boolean): Record<string, string> {
  const wrong: Record<string, string> = {};
  if (isNew && !/^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/.test(draft.name)) {
    wrong["/name"] = "Small letters, digits and hyphens; it is part of its tools' names.";
  }
  if (draft.transport === "http" && !/^https?:\/\/\S+$/.test(draft.url.trim())) {
    wrong["/url"] = "A whole address, as https://mcp.example.com/mcp";
  }
  if (draft.transport === "stdio" && !draft.command.trim()) {
    wrong["/command"] = "The program, and each of its words on a line.";
  }
  if (!/^\d{1,3}$/.test(draft.timeoutSeconds) || Number(draft.timeoutSeconds) < 1) {
    wrong["/timeoutSeconds"] = "Seconds from 1 to 600";
  }
  if (secretsOf(draft.secrets) === null) wrong["/secrets"] = "One a line, as Name: value";
  return wrong;
}

/** The request for a draft without mistakes; what was not typed of secrets stays as it is. */
export function serverBody(draft: ServerDraft, before: OutsideServer | null) {
  const secrets = secretsOf(draft.secrets) ?? {};
  const http = draft.transport === "http";
  const client = draft.clientId.trim();
  const sameClient = client === (before?.clientId ?? "") && !draft.clientSecret.trim();
  return {
    ...(before ? {} : { name: draft.name, transport: draft.transport }),
    ...(http
      ? { url: draft.url.trim() }
      : { command: draft.command.split("\n").map((each) => each.trim()).filter(Boolean) }),
    timeoutSeconds: Number(draft.timeoutSeconds),
    questions: draft.questions,
    ...(http ? { scopes: draft.scopes.split(/[\s,]+/).filter(Boolean) } : {}),
    ...(Object.keys(secrets).length > 0 ? { [http ? "headers" : "environment"]: secrets } : {}),
    ...(http && !sameClient
      ? {
        client: client
          ? {
            id: client,
            ...(draft.clientSecret.trim() ? { secret: draft.clientSecret.trim() } : {}),
          }
          : null,
      }
      : {}),
  };
}
