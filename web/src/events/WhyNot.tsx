import { useState } from "react";
import { useQuery } from "../api/query";
import type { Page } from "../api/types";
import { SelectField } from "../ui/Field";
import { type EventRule, type LoggedEvent, RULES } from "./api";
import { ExplanationList } from "./ExplanationList";
import { useTested } from "./tested";

/** Why a rule matched an event, or did not. */
export function WhyNot({ event }: { event: LoggedEvent }) {
  const rules = useQuery<Page<EventRule>>(`${RULES}?limit=200`);
  const [name, setName] = useState("");
  const rule = rules.data?.items.find((each) => each.name === name);
  const tested = useTested(rule?.pattern, rule ? [event] : undefined);
  const result = tested.results?.[0];
  if (rules.data && rules.data.items.length === 0) return null;
  return (
    <section aria-label="Rules and this event">
      <SelectField
        label="Why did a rule match it, or not?"
        value={name}
        onChange={(change) => setName(change.target.value)}
      >
        <option value="">choose a rule…</option>
        {(rules.data?.items ?? []).map((each) => (
          <option key={each.name} value={each.name}>{each.name}</option>
        ))}
      </SelectField>
      {rule && result && (
        <p role="status">
          {result.matched ? `${rule.name} matches it.` : `${rule.name} does not match it.`}
          {!rule.enabled && " The rule is off."}
        </p>
      )}
      {result?.explanation && <ExplanationList of={result.explanation} />}
    </section>
  );
}
