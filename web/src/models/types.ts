/** The wire shapes of providers, models and what they cost. */

export type ProviderKind = "bedrock" | "anthropic" | "openai";
export type Sensitivity = "public" | "restricted";

export interface ModelProvider {
  id: string;
  name: string;
  kind: ProviderKind;
  url: string | null;
  region: string | null;
  sensitivity: Sensitivity;
  /** A hint at the credentials; null where there are none. */
  credentials: string | null;
  enabled: boolean;
  createdAt: string;
}

export interface Prices {
  input: string;
  output: string;
  cacheRead: string;
  cacheWrite: string;
}

export interface ConfiguredModel {
  id: string;
  name: string;
  provider: string;
  /** The provider's id of it. */
  model: string;
  purpose: "chat" | "embedding";
  /** For a million tokens. */
  prices: Prices;
  answers: "native" | "tool" | "instruction";
  takesTemperature: boolean;
  streams: boolean;
  outputLimit: number | null;
  dimensions: number | null;
  enabled: boolean;
  createdAt: string;
}

export interface ModelCheck {
  model: string;
  provider: string;
  works: boolean;
  latencyMs: number | null;
  cost: string;
  findings: {
    step: string;
    outcome: "ok" | "failed" | "skipped";
    message: string;
    advice: string | null;
  }[];
}

export interface Budget {
  id: string;
  agent: string | null;
  period: "day" | "month";
  cost: string | null;
  tokens: number | null;
  createdAt: string;
  /** The first day of the present period. */
  from: string;
  spent: { cost: string; tokens: number };
}

export interface ModelPolicy {
  currency: string;
  homeRegion: string | null;
  restrictedAbroad: boolean;
}

export interface UsageLine {
  name: string;
  calls: number;
  tokens: { input: number; output: number; cacheRead: number; cacheWrite: number };
  cost: string;
}

export interface Usage {
  from: string;
  to: string;
  by: "day" | "agent" | "model";
  currency: string;
  items: UsageLine[];
}
