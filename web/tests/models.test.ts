import { mistakes, providerBody, type ProviderDraft } from "../src/models/providers";
import type { Budget } from "../src/models/types";
import { budgetState, everyDay, shareOf } from "../src/models/usage";
import { draftOf, mistakes as serverMistakes, secretsOf, serverBody } from "../src/outside/draft";

function equal(got: unknown, wanted: unknown) {
  const [one, two] = [JSON.stringify(got), JSON.stringify(wanted)];
  if (one !== two) throw new Error(`${one} instead of ${two}`);
}

Deno.test("every day of the span has a line, over the end of a month too", () => {
  const tokens = { input: 10, output: 1, cacheRead: 0, cacheWrite: 0 };
  const days = everyDay(
    [{ name: "2026-03-01", calls: 2, tokens, cost: "0.01" }],
    "2026-02-27",
    "2026-03-02",
  );
  equal(days.map((each) => [each.name, each.calls]), [
    ["2026-02-27", 0],
    ["2026-02-28", 0],
    ["2026-03-01", 2],
    ["2026-03-02", 0],
  ]);
});

Deno.test("a budget is told from 80 % and over at 100 %, by the fuller of money and tokens", () => {
  const budget = (
    cost: string | null,
    spent: string,
    tokens: number | null,
    used: number,
  ): Budget => ({
    id: "1",
    agent: null,
    period: "day",
    cost,
    tokens,
    createdAt: "",
    from: "2026-11-21",
    spent: { cost: spent, tokens: used },
  });
  equal(budgetState(budget("2.00", "1.59", null, 9e9)), "good");
  equal(budgetState(budget("2.00", "1.60", null, 0)), "soon");
  equal(budgetState(budget("2.00", "0.10", 1000, 1000)), "over");
  equal(budgetState(budget("0.00", "0.00", null, 0)), "over");
  equal(shareOf(3, 2)?.left, 0);
  equal(shareOf(3, null), null);
});

const draft: ProviderDraft = {
  kind: "openai",
  name: "in-house",
  url: " http://127.0.0.1/v1 ",
  region: "",
  sensitivity: "restricted",
  apiKey: "",
  accessKeyId: "",
  secretAccessKey: "",
};

Deno.test("credentials that were not typed are not sent", () => {
  equal(mistakes(draft), {});
  equal(providerBody(draft, false), {
    name: "in-house",
    url: "http://127.0.0.1/v1",
    region: null,
    sensitivity: "restricted",
  });
  equal(providerBody({ ...draft, apiKey: "k" }, true), {
    kind: "openai",
    name: "in-house",
    url: "http://127.0.0.1/v1",
    region: null,
    sensitivity: "restricted",
    credentials: { apiKey: "k" },
  });
});

Deno.test("a provider's mistakes are said before it is sent", () => {
  equal(
    Object.keys(mistakes({ ...draft, kind: "bedrock", url: "", name: "A b", accessKeyId: "x" })),
    [
      "/name",
      "/region",
      "/credentials/secretAccessKey",
    ],
  );
});

Deno.test("secrets are lines of a name and a value", () => {
  equal(secretsOf("X-Key: a:b\n\n TOKEN=c "), { "X-Key": "a:b", TOKEN: "c" });
  equal(secretsOf("nonsense"), null);
  equal(secretsOf(""), {});
});

Deno.test("a server's form sends what was typed, and keeps secrets that were not", () => {
  const made = { ...draftOf(null), name: "forwarder", url: "https://a.example/mcp", scopes: "a b" };
  equal(serverMistakes(made, true), {});
  equal(serverBody(made, null), {
    name: "forwarder",
    transport: "http",
    url: "https://a.example/mcp",
    timeoutSeconds: 60,
    questions: "decline",
    scopes: ["a", "b"],
  });
  equal(Object.keys(serverMistakes({ ...made, name: "A", url: "a", timeoutSeconds: "0" }, true)), [
    "/name",
    "/url",
    "/timeoutSeconds",
  ]);
});
