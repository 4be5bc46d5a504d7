import { useState } from "react";
import { useQuery } from "../api/query";
import { usePageActions } from "../shell/actions";
import { Link, navigate, setQuery, useLocation } from "../shell/router";
import { useAction, useSending } from "../ui/action";
import { Button } from "../ui/Button";
import { Ago } from "../ui/Data";
import { Check, TextField } from "../ui/Field";
import { FormDialog } from "../ui/FormDialog";
import { Icon, type IconName } from "../ui/Icon";
import { ReasonDialog } from "../ui/ReasonDialog";
import { Empty, Failure, Skeleton } from "../ui/States";
import { toast } from "../ui/Toast";
import { adopt, dismiss, intentScreen, lookAgain, SUGGESTIONS, TOPICS } from "./api";
import { IntentsArea, useRights } from "./IntentsArea";
import { sentence } from "./Remediations";
import type { Suggestion } from "./types";
import { deadlineProblem, localTime } from "./words";

const KINDS: Record<Suggestion["kind"], { word: string; icon: IconName }> = {
  alarm: { word: "From an alarm", icon: "bell" },
  trend: { word: "From a trend", icon: "chart" },
  default: { word: "A solution's default", icon: "idea" },
};

/** What the data suggests to want, each with why. */
export function SuggestionsPage() {
  const { query } = useLocation();
  const { writes } = useRights();
  const found = useQuery<{ items: Suggestion[] }>(SUGGESTIONS, 30_000, TOPICS);
  const { busy, act } = useAction();
  const items = found.data?.items ?? [];
  const adopting = items.find((each) => each.id === query.get("adopt"));
  const dismissing = items.find((each) => each.id === query.get("dismiss"));
  const look = () => act(lookAgain, "Alarms, trends and defaults were looked at again");
  usePageActions(
    writes
      ? [{ id: "look", label: "Look for suggestions again", icon: "retry", run: () => void look() }]
      : [],
  );
  return (
    <IntentsArea
      title="Suggestions"
      lead="What alarms, trends and the solutions suggest to hold the company to"
      actions={writes && <Button icon="retry" busy={busy} onClick={look}>Look again</Button>}
    >
      {found.loading && (
        <div className="card">
          <Skeleton lines={5} tall />
        </div>
      )}
      {found.error !== null && (
        <div className="card">
          <Failure error={found.error} retry={found.refresh} />
        </div>
      )}
      {found.data && items.length === 0 && (
        <div className="card">
          <Empty icon="idea" title="Nothing is suggested">
            What alarms repeat, what trends point to, and what solutions come with stands here until
            somebody adopts or dismisses it.
          </Empty>
        </div>
      )}
      <div className="intent-cards suggestions">
        {items.map((each) => (
          <article key={each.id} className="card intent-card" aria-label={each.desired_outcome}>
            <header className="intent-card-head">
              <span className="status status-analysed">
                <Icon name={KINDS[each.kind].icon} size={15} />
                {KINDS[each.kind].word}
              </span>
              <span className="intent-domain">{each.domain}</span>
              <span className="faint">
                <Ago at={each.updatedAt} />
              </span>
            </header>
            <h2>{each.desired_outcome}</h2>
            <code className="wrap">{each.predicate}</code>
            <div>
              <h3>Why</h3>
              <ul className="known">
                {each.evidence.map((one) => <li key={one}>{sentence(one)}</li>)}
              </ul>
            </div>
            {writes && (
              <footer className="suggestion-foot">
                <Button
                  small
                  kind="primary"
                  icon="check"
                  onClick={() => setQuery({ adopt: each.id })}
                >
                  Adopt…
                </Button>
                <Button
                  small
                  icon="close"
                  onClick={() =>
                    setQuery({ dismiss: each.id })}
                >
                  Dismiss…
                </Button>
                <Link
                  to={`/intents/new?${new URLSearchParams({
                    predicate: each.predicate,
                    domain: each.domain,
                  })}`}
                >
                  Write another like it
                </Link>
              </footer>
            )}
          </article>
        ))}
      </div>
      {adopting && <AdoptDialog suggestion={adopting} onClose={() => setQuery({ adopt: null })} />}
      {dismissing && (
        <ReasonDialog
          title={`Dismiss “${dismissing.desired_outcome}”?`}
          confirm="Dismiss"
          keep="Keep it"
          danger
          onConfirm={async (reason) => {
            await dismiss(dismissing.id, reason);
            toast("It is put away");
            setQuery({ dismiss: null });
          }}
          onClose={() => setQuery({ dismiss: null })}
        >
          <p>It is not suggested again.</p>
        </ReasonDialog>
      )}
    </IntentsArea>
  );
}

function AdoptDialog({ suggestion, onClose }: { suggestion: Suggestion; onClose: () => void }) {
  const preset = suggestion.preset !== null;
  const [outcome, setOutcome] = useState(suggestion.desired_outcome);
  const [deadline, setDeadline] = useState(() => localTime(new Date(Date.now() + 30 * 86_400_000)));
  const [opens, setOpens] = useState(false);
  const sending = useSending("/desired_outcome", "/deadline");
  const late = preset ? null : deadlineProblem(deadline, Date.now());
  return (
    <FormDialog
      title="Adopt it?"
      sending={sending}
      submit={opens ? "Adopt and open" : "Adopt as a proposal"}
      leave="Not yet"
      onSubmit={() =>
        sending.send(async () => {
          const made = await adopt(suggestion.id, {
            ...(preset ? {} : {
              desired_outcome: outcome.trim(),
              deadline: new Date(deadline).toISOString(),
            }),
            status: opens ? "open" : "proposed",
          });
          toast(opens ? "It is open" : "It is a proposal now");
          navigate(intentScreen(made.intent_id));
        }, {
          ...(outcome.trim().length < 3 ? { "/desired_outcome": "Say what is wanted." } : {}),
          ...(late ? { "/deadline": late } : {}),
        })}
      onClose={onClose}
    >
      <code className="wrap">{suggestion.predicate}</code>
      {preset
        ? <p>{suggestion.desired_outcome}. Its deadline is that of the solution's default.</p>
        : (
          <>
            <TextField
              label="Desired outcome"
              maxLength={500}
              value={outcome}
              error={sending.errorAt("/desired_outcome")}
              onChange={(event) => setOutcome(event.target.value)}
            />
            <TextField
              label="Deadline"
              type="datetime-local"
              min={localTime(new Date())}
              value={deadline}
              error={sending.errorAt("/deadline") ?? late ?? undefined}
              onChange={(event) => setDeadline(event.target.value)}
            />
          </>
        )}
      <Check
        label="Open it at once; else it is a proposal that somebody opens"
        checked={opens}
        onChange={(event) => setOpens(event.target.checked)}
      />
    </FormDialog>
  );
}
