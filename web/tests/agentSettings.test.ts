import { automationWord, draftOf, mistakes, moved, settingsOf } from "../src/agents/settings";
import type { AgentSettings } from "../src/agents/types";

function equal(got: unknown, wanted: unknown) {
  const [one, two] = [JSON.stringify(got), JSON.stringify(wanted)];
  if (one !== two) throw new Error(`${one} instead of ${two}`);
}

const settings: AgentSettings = {
  mode: "rules",
  models: [],
  personal: "hidden",
  limits: { turns: 20, seconds: 120, costMicros: 1_500_000, answerTokens: 4096, repairs: 3 },
  approvals: [],
  approvers: [],
  secondPerson: false,
  approvalMinutes: 1440,
  outsideTools: [],
  guidance: "",
};

Deno.test("what is read into the form is sent as it was", () => {
  const draft = draftOf({ settings });
  equal(draft.limits.costMicros, "1.5");
  equal(mistakes(draft), {});
  equal(settingsOf(draft), settings);
});

Deno.test("what does not fit is said at its field, with the bounds", () => {
  const draft = draftOf({ settings: { ...settings, mode: "model" } });
  draft.limits = { ...draft.limits, turns: "101", costMicros: "1,5", repairs: "" };
  draft.approvalMinutes = "43201";
  equal(mistakes(draft), {
    "/models": "Choose at least one model to ask.",
    "/limits/turns": "A whole number from 1 to 100",
    "/limits/costMicros": "An amount such as 1.00",
    "/limits/repairs": "A whole number from 0 to 20",
    "/approvalMinutes": "Minutes from 1 to 43,200 (30 days)",
  });
});

Deno.test("a model is moved up and down, and not over the ends", () => {
  equal(moved(["a", "b", "c"], 2, -1), ["a", "c", "b"]);
  equal(moved(["a", "b", "c"], 0, 1), ["b", "a", "c"]);
  equal(moved(["a", "b"], 0, -1), ["a", "b"]);
  equal(moved(["a", "b"], 1, 1), ["a", "b"]);
});

Deno.test("the automation rate is held against its target", () => {
  equal(automationWord(null, 0.8), "no routine tasks yet");
  equal(automationWord(0.8, 0.8), "at the target");
  equal(automationWord(0.79, 0.8), "below the target");
});
