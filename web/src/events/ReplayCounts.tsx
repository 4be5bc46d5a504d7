import { useState } from "react";
import { explain } from "../api/client";
import { Button } from "../ui/Button";
import { SelectField } from "../ui/Field";
import { count, counted } from "../ui/format";
import { Section } from "../ui/Page";
import { type Counted, countMatches } from "./api";

const BACK: [number, string][] = [
  [1, "the last hour"],
  [24, "the last day"],
  [168, "the last week"],
  [720, "the last 30 days"],
];

/** How many events of the archive the draft would have matched; nothing is delivered. */
export function ReplayCounts({ pattern }: { pattern: unknown }) {
  const [hours, setHours] = useState(24);
  const [busy, setBusy] = useState(false);
  const [found, setFound] = useState<{ of: string; answer?: Counted; error?: unknown }>();
  const key = JSON.stringify([pattern, hours]);
  const current = found?.of === key ? found : undefined;
  const ask = async () => {
    setBusy(true);
    const to = new Date();
    const from = new Date(to.getTime() - hours * 3_600_000);
    try {
      const answer = await countMatches(pattern, from.toISOString(), to.toISOString());
      setFound({ of: key, answer });
    } catch (error) {
      setFound({ of: key, error });
    } finally {
      setBusy(false);
    }
  };
  return (
    <Section title="On the archive">
      <div className="replay-ask">
        <SelectField
          label="Over"
          value={hours}
          onChange={(event) => setHours(Number(event.target.value))}
        >
          {BACK.map(([value, word]) => <option key={value} value={value}>{word}</option>)}
        </SelectField>
        <Button icon="retry" busy={busy} disabled={pattern === undefined} onClick={ask}>
          Count
        </Button>
      </div>
      <p role="status">
        {current?.answer &&
          `It would have matched ${count(current.answer.matched)} of ${
            counted(current.answer.events, "event")
          }. ${
            current.answer.complete ? "" : "There are more, which were not looked at. "
          }Nothing was delivered.`}
        {current?.error !== undefined && <span className="wrong">{explain(current.error)}</span>}
      </p>
    </Section>
  );
}
