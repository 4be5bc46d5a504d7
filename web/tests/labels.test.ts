import { labelPlaces } from "../src/runs/labels";
import { layout } from "../src/runs/layout";

Deno.test("the words of a choice's ways do not cover each other", () => {
  const end = { Type: "Succeed" };
  const words = ["ok", "weight > 100", "weight < 5 and kind = gla…", "otherwise"];
  const graph = layout(
    {
      StartAt: "Judge",
      States: {
        Judge: {
          Type: "Choice",
          Choices: ["A", "B", "C"].map((Next) => ({
            Variable: "$.ok",
            BooleanEquals: true,
            Next,
          })),
          Default: "D",
        },
        A: end,
        B: { Type: "Pass", Next: "D" },
        C: end,
        D: end,
      },
    } as never,
  );
  const lines = graph.lines.filter((line) => line.from === "Judge");
  const labels = lines.map((line, index) => ({ line, text: words[index] ?? "" }));
  const places = labelPlaces(labels);
  places.forEach((one, at) =>
    places.slice(at + 1).forEach((two, offset) => {
      const [a, b] = [labels[at]?.text ?? "", labels[at + 1 + offset]?.text ?? ""];
      // Letters of 11 px are at least 5 px wide on average, lines 14 px high.
      const apart = Math.abs(one.x - two.x) >= (a.length + b.length) * 2.5 ||
        Math.abs(one.y - two.y) >= 14;
      if (!apart) throw new Error(`“${a}” at ${one.x} ${one.y}, “${b}” at ${two.x} ${two.y}`);
    })
  );
});
