import { useState } from "react";
import { explain } from "../api/client";
import { JsonTree } from "../runs/JsonTree";
import { Ago } from "../ui/Data";
import { counted } from "../ui/format";
import { Icon } from "../ui/Icon";
import { JsonEditor } from "../ui/JsonEditor";
import type { JsonText } from "../ui/jsonText";
import { Section } from "../ui/Page";
import { Skeleton } from "../ui/States";
import type { Tested } from "./api";
import { ExplanationList } from "./ExplanationList";
import { LAST, type Trial } from "./tested";

interface Props {
  tested: Trial;
  /** Events that were written by hand; null tries the log's newest. */
  sample: string | null;
  sampled: JsonText;
  onSample: (text: string | null) => void;
}

const SAMPLE = `{
  "type": "order.placed",
  "source": "weft/logistics",
  "subject": "order:1",
  "data": { "reference": "LO-000001" }
}`;

/** What the pattern makes of events while it is written, and why. */
export function Preview({ tested, sample, sampled, onSample }: Props) {
  const [only, setOnly] = useState<"all" | "matched" | "missed">("all");
  const { results } = tested;
  const matched = results?.filter((each) => each.matched).length ?? 0;
  const shown = (results ?? []).filter((each) =>
    only === "all" || each.matched === (only === "matched")
  );
  return (
    <Section
      title="Tried on"
      aside={
        <div className="segmented" role="group" aria-label="Tried on">
          <button type="button" aria-pressed={sample === null} onClick={() => onSample(null)}>
            The log
          </button>
          <button
            type="button"
            aria-pressed={sample !== null}
            onClick={() => onSample(sample ?? firstOf(results) ?? SAMPLE)}
          >
            A sample
          </button>
        </div>
      }
    >
      {sample !== null && (
        <JsonEditor
          label="Event, or a list of events"
          rows={9}
          text={sample}
          onChange={onSample}
        />
      )}
      <p className="preview-verdict" role="status">
        {tested.error !== null
          ? <span className="wrong">{explain(tested.error)}</span>
          : tested.problems.length > 0
          ? "The pattern has to be mended first."
          : results === null
          ? sampled.error && sample !== null ? "The sample is no JSON yet." : "Trying…"
          : sample === null
          ? results.length === 0
            ? "The log is empty."
            : `${matched} of the last ${counted(results.length, "event")} match.`
          : results.length === 1
          ? matched === 1 ? "It matches." : "It does not match."
          : `${matched} of ${results.length} match.`}
      </p>
      {results !== null && results.length > 1 && (
        <div className="chips" role="group" aria-label="Shown">
          {([["all", "All"], ["matched", "Matched"], ["missed", "Not matched"]] as const)
            .map(([key, word]) => (
              <button
                key={key}
                type="button"
                className="chip"
                aria-pressed={only === key}
                onClick={() => setOnly(key)}
              >
                {word}
              </button>
            ))}
        </div>
      )}
      {results === null && tested.error === null && tested.problems.length === 0 &&
        !(sample !== null && sampled.error) && <Skeleton lines={5} />}
      <ul className="tried" aria-label={`Events tried, at most ${LAST}`}>
        {shown.map((each, index) => (
          <Tried key={each.event?.id ?? index} tested={each} open={results?.length === 1} />
        ))}
      </ul>
    </Section>
  );
}

function firstOf(results: Tested[] | null): string | null {
  const event = results?.[0]?.event;
  return event ? JSON.stringify(event, null, 2) : null;
}

function Tried({ tested, open }: { tested: Tested; open: boolean }) {
  const { event, matched, explanation } = tested;
  const [shown, setShown] = useState(open);
  return (
    <li className={matched ? "tried-yes" : "tried-no"}>
      <details open={shown} onToggle={(toggle) => setShown(toggle.currentTarget.open)}>
        <summary>
          <Icon name={matched ? "check" : "minus"} size={16} />
          <span className="sr-only">{matched ? "Matches:" : "Does not match:"}</span>
          <code className="clip">{String(event?.type ?? "an event")}</code>
          <span className="faint clip grow">{event?.subject}</span>
          {event?.time && (
            <span className="faint nowrap">
              <Ago at={event.time} />
            </span>
          )}
        </summary>
        {shown && (
          <div className="tried-body">
            {explanation && <ExplanationList of={explanation} />}
            <JsonTree value={event} label="Event" />
          </div>
        )}
      </details>
    </li>
  );
}
