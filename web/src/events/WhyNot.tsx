import { useId, useState } from "react";
import { explain } from "../api/client";
import { useQuery } from "../api/query";
import type { Page } from "../api/types";
import { Button } from "../ui/Button";
import { TextField } from "../ui/Field";
import { type EventRule, explainPath, type Explanation, type LoggedEvent, RULES } from "./api";
import { ExplanationList } from "./ExplanationList";

/** Why a rule matches an event of the log, or why it does not. */
export function WhyNot({ event }: { event: LoggedEvent }) {
  const list = useId();
  const rules = useQuery<Page<EventRule>>(`${RULES}?limit=200`);
  const [text, setText] = useState("");
  const [name, setName] = useState<string | null>(null);
  const found = useQuery<{ matched: boolean; explanation: Explanation }>(
    name ? explainPath(event.id, name) : null,
  );
  return (
    <form
      className="why-not"
      aria-label="Rules and this event"
      onSubmit={(submit) => {
        submit.preventDefault();
        setName(text.trim() || null);
      }}
    >
      <div className="replay-ask">
        <TextField
          label="Why does a rule match it, or not?"
          list={list}
          placeholder="name of a rule"
          maxLength={100}
          value={text}
          onChange={(change) => setText(change.target.value)}
        />
        <Button type="submit">Explain</Button>
      </div>
      <datalist id={list}>
        {(rules.data?.items ?? []).map((each) => <option key={each.name} value={each.name} />)}
      </datalist>
      <p role="status">
        {found.error !== null && <span className="wrong">{explain(found.error)}</span>}
        {found.data && (found.data.matched ? `${name} matches it.` : `${name} does not match it.`)}
      </p>
      {found.data && <ExplanationList of={found.data.explanation} />}
    </form>
  );
}
