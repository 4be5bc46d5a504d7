import type { AgentDetail, AgentLimits, AgentSettings } from "./types";

/** The settings of an agent as a form has them: numbers as they are typed. */
export interface SettingsDraft extends Omit<AgentSettings, "limits" | "approvalMinutes"> {
  limits: Record<keyof AgentLimits, string>;
  approvalMinutes: string;
}

export const LIMITS: {
  name: keyof AgentLimits;
  label: string;
  unit: string;
  hint: string;
  least: number;
  most: number;
}[] = [
  {
    name: "turns",
    label: "Questions to the model",
    unit: "a run",
    hint: "How often it may be asked",
    least: 1,
    most: 100,
  },
  {
    name: "seconds",
    label: "Time to think",
    unit: "s",
    hint: "Waiting for people does not count",
    least: 1,
    most: 3600,
  },
  {
    name: "costMicros",
    label: "Cost of a run",
    unit: "",
    hint: "In the currency of the prices",
    least: 0,
    most: 1e12,
  },
  {
    name: "answerTokens",
    label: "Length of an answer",
    unit: "tokens",
    hint: "One answer of the model",
    least: 64,
    most: 100_000,
  },
  {
    name: "repairs",
    label: "Second tries",
    unit: "a run",
    hint: "After mistakes of form",
    least: 0,
    most: 20,
  },
];

/** Money is typed in whole units, and kept in millionths. */
const MONEY = "costMicros";

export function draftOf(detail: Pick<AgentDetail, "settings">): SettingsDraft {
  const { settings } = detail;
  return {
    ...settings,
    limits: Object.fromEntries(
      LIMITS.map(({ name }) => [
        name,
        name === MONEY ? String(settings.limits.costMicros / 1e6) : String(settings.limits[name]),
      ]),
    ) as SettingsDraft["limits"],
    approvalMinutes: String(settings.approvalMinutes),
  };
}

/** What is typed as a number; null where it is none. */
function limit(name: keyof AgentLimits, text: string): number | null {
  const pattern = name === MONEY ? /^\d{1,7}(\.\d{1,6})?$/ : /^\d{1,13}$/;
  if (!pattern.test(text.trim())) return null;
  return name === MONEY ? Math.round(Number(text) * 1e6) : Number(text);
}

/** What is wrong with a draft, by pointer. */
export function mistakes(draft: SettingsDraft): Record<string, string> {
  const wrong: Record<string, string> = {};
  if (draft.mode === "model" && draft.models.length === 0) {
    wrong["/models"] = "Choose at least one model to ask.";
  }
  for (const each of LIMITS) {
    const value = limit(each.name, draft.limits[each.name]);
    if (value === null || value < each.least || value > each.most) {
      wrong[`/limits/${each.name}`] = each.name === MONEY
        ? "An amount such as 1.00"
        : `A whole number from ${each.least.toLocaleString("en")} to ${
          each.most.toLocaleString("en")
        }`;
    }
  }
  const minutes = Number(draft.approvalMinutes);
  if (!/^\d{1,5}$/.test(draft.approvalMinutes.trim()) || minutes < 1 || minutes > 43_200) {
    wrong["/approvalMinutes"] = "Minutes from 1 to 43,200 (30 days)";
  }
  return wrong;
}

/** The request for a draft without mistakes. */
export function settingsOf(draft: SettingsDraft): AgentSettings {
  return {
    ...draft,
    limits: Object.fromEntries(
      LIMITS.map(({ name }) => [name, limit(name, draft.limits[name]) ?? 0]),
    ) as unknown as AgentLimits,
    approvalMinutes: Number(draft.approvalMinutes),
  };
}

/** A list with one of its members a place further up or down. */
export function moved<T>(list: readonly T[], at: number, by: number): T[] {
  const to = at + by;
  if (to < 0 || to >= list.length) return [...list];
  const next = [...list];
  const [taken] = next.splice(at, 1);
  if (taken !== undefined) next.splice(to, 0, taken);
  return next;
}

/** How an agent does against the target of routine tasks done without people. */
export function automationWord(share: number | null, target: number): string {
  if (share === null) return "no routine tasks yet";
  return share >= target ? "at the target" : "below the target";
}
