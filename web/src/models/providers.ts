import type { ProviderKind } from "./types";

/** What each kind of provider is called, and what it needs. */
export const KINDS: Record<ProviderKind, { label: string; url: string; hint: string }> = {
  anthropic: {
    label: "Anthropic",
    url: "https://api.anthropic.com",
    hint: "Empty is Anthropic's own address.",
  },
  bedrock: {
    label: "Amazon Bedrock",
    url: "https://bedrock-runtime.eu-central-1.amazonaws.com",
    hint: "Empty is AWS's address in the region.",
  },
  openai: {
    label: "OpenAI, or whoever speaks its protocol",
    url: "https://api.openai.com/v1",
    hint: "Empty is OpenAI's own. vLLM, Ollama and others: their address up to /v1.",
  },
};

export interface ProviderDraft {
  kind: ProviderKind;
  name: string;
  url: string;
  region: string;
  sensitivity: "public" | "restricted";
  apiKey: string;
  accessKeyId: string;
  secretAccessKey: string;
}

/** What is wrong with a provider before it is sent, by pointer. */
export function mistakes(draft: ProviderDraft): Record<string, string> {
  const wrong: Record<string, string> = {};
  if (!/^[a-z][a-z0-9._-]*$/.test(draft.name)) {
    wrong["/name"] = "It begins with a letter: a-z, 0-9, dots, hyphens and underscores.";
  }
  if (draft.kind === "bedrock" && !draft.region.trim() && !draft.url.trim()) {
    wrong["/region"] = "Bedrock is asked in a region, as eu-central-1.";
  }
  if (Boolean(draft.accessKeyId.trim()) !== Boolean(draft.secretAccessKey.trim())) {
    wrong["/credentials/secretAccessKey"] = "An access key has both parts.";
  }
  return wrong;
}

/** The request for a draft; credentials that were not typed are left as they are. */
export function providerBody(draft: ProviderDraft, isNew: boolean): Record<string, unknown> {
  const credentials: Record<string, string> = {};
  const names = draft.kind === "bedrock"
    ? ["apiKey", "accessKeyId", "secretAccessKey"] as const
    : ["apiKey"] as const;
  for (const name of names) {
    const value = draft[name].trim();
    if (value) credentials[name] = value;
  }
  return {
    ...(isNew ? { kind: draft.kind } : {}),
    name: draft.name.trim(),
    url: draft.url.trim() || null,
    region: draft.region.trim() || null,
    sensitivity: draft.sensitivity,
    ...(Object.keys(credentials).length > 0 ? { credentials } : {}),
  };
}

export const STEPS: Record<string, string> = {
  reach: "It can be reached",
  credentials: "The key is good",
  model: "The model is there",
  streaming: "It answers in pieces",
  tools: "It calls tools",
  json: "It answers by a schema",
  embedding: "It makes vectors",
};
