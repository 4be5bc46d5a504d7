import { useState } from "react";
import { post } from "../api/client";
import { useQuery } from "../api/query";
import type { Decision, Page as ListOf } from "../api/types";
import type { ConfiguredModel } from "../models/types";
import { useMe } from "../shell/me";
import { useAction } from "../ui/action";
import { Button, IconButton } from "../ui/Button";
import { counted, humanise, percent } from "../ui/format";
import { Icon } from "../ui/Icon";
import { Section } from "../ui/Page";
import { type Difference, Differences } from "./Differences";
import { useCurrency } from "./useCurrency";
import { decider, modelCost, ranked } from "./words";

type Conclusion = Pick<Decision, "options" | "choice" | "rationale" | "confidence" | "policy">;

interface Found {
  conclusion: Conclusion | null;
  stopped: string | null;
  calls: { tool: string; input: unknown; source: string }[];
  differences: Difference[];
  costMicros: number;
}

const SOURCES: Record<string, string> = {
  journal: "answered from the journal",
  now: "asked now",
  withheld: "not done: it would change something",
  model: "asked of the model",
};

/** What other rules or another model would have decided in the same case; nothing is changed. */
export function Counterfactual({ decision, onClose }: { decision: Decision; onClose: () => void }) {
  const me = useMe();
  const ruler = me?.roles.some((role) => role === "admin" || role === "manager") ?? false;
  const models = useQuery<ListOf<ConfiguredModel>>(ruler ? "/api/models" : null);
  const [who, setWho] = useState("");
  const [found, setFound] = useState<Found | null>(null);
  const { busy, act } = useAction();
  const chat = (models.data?.items ?? []).filter((each) => each.purpose === "chat" && each.enabled);
  const start = () =>
    act(async () => {
      setFound(null);
      setFound(
        await post<Found>(
          `/api/decisions/${encodeURIComponent(decision.id)}/counterfactual`,
          who ? { models: [who] } : {},
        ),
      );
    });
  return (
    <Section
      title="Try otherwise"
      className="decision-tool"
      aside={<IconButton icon="close" label="Close the trial" onClick={onClose} />}
    >
      <p className="faint">
        The same case is decided again by somebody else. Nothing is changed by it; questions that
        were asked then are answered as they were then. Asking a model costs what it costs.
      </p>
      <div className="try-row">
        <label className="inline-field">
          <span>Let decide</span>
          <select
            className="input select"
            aria-label="Let decide"
            value={who}
            onChange={(event) => {
              setWho(event.target.value);
              setFound(null);
            }}
          >
            <option value="">the agent's rules as they are now</option>
            {chat.map((each) => (
              <option key={each.id} value={each.name}>the model {each.name}</option>
            ))}
          </select>
        </label>
        <Button kind="primary" busy={busy} onClick={start}>Try it</Button>
      </div>
      {found && <Result decision={decision} found={found} />}
    </Section>
  );
}

function Result({ decision, found }: { decision: Decision; found: Found }) {
  const currency = useCurrency();
  const same = found.conclusion?.choice === decision.choice;
  return (
    <div className="try-result" role="status">
      {found.conclusion
        ? (
          <p className={same ? "outcome outcome-good" : "outcome outcome-wrong"}>
            <Icon name={same ? "check" : "diamond"} />{" "}
            <strong>
              {same
                ? "It would choose the same."
                : `It would choose “${found.conclusion.choice}” instead.`}
            </strong>
          </p>
        )
        : (
          <p className="outcome">
            <Icon name="info" /> <strong>It came to no decision:</strong> {found.stopped}.
          </p>
        )}
      {found.conclusion && (
        <div className="side-by-side">
          <Side title="Decided then" decision={decision} />
          <Side title="Would be decided" decision={found.conclusion as Decision} />
        </div>
      )}
      {found.calls.length > 0 && (
        <>
          <h3>What it {found.conclusion ? "would have asked" : "asked until then"}</h3>
          <ol className="asked">
            {found.calls.map((each, index) => (
              <li key={index}>
                <Icon name={each.source === "withheld" ? "stop" : "tool"} size={15} />
                <span>{each.source === "model" ? "The model" : humanise(each.tool)}</span>
                <span className="faint">{SOURCES[each.source] ?? each.source}</span>
              </li>
            ))}
          </ol>
        </>
      )}
      {found.conclusion && found.differences.length > 0 && (
        <details className="more-data">
          <summary>{counted(found.differences.length, "difference")}</summary>
          <Differences items={found.differences} names={["then", "tried"]} />
        </details>
      )}
      <p className="faint">Models were paid {modelCost(found.costMicros, currency)} for this.</p>
    </div>
  );
}

/** A decision in short, to stand beside another. */
export function Side({ title, decision }: { title: string; decision: Decision }) {
  const { possible } = ranked(decision);
  return (
    <section className="side" aria-label={title}>
      <h3>{title}</h3>
      <p className="side-choice">
        <strong>{decision.choice}</strong>
        {typeof decision.confidence === "number" && (
          <span className="faint">{percent(decision.confidence)} sure</span>
        )}
      </p>
      <p>{decision.rationale}</p>
      <p className="faint">By {decider(decision)}</p>
      {possible.length > 0 && (
        <ol className="side-options">
          {possible.slice(0, 6).map((each, index) => (
            <li key={index}>
              <span>{each.label}</span>
              <span className="num">
                {typeof each.score === "number" ? each.score.toFixed(2) : "–"}
              </span>
            </li>
          ))}
        </ol>
      )}
    </section>
  );
}
