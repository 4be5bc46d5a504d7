import { useEffect, useState } from "react";
import { explain, Problem } from "../api/client";
import { usePageActions } from "../shell/actions";
import { useEscape } from "../shell/keys";
import { navigate, useLocation } from "../shell/router";
import { useSending } from "../ui/action";
import { Button } from "../ui/Button";
import { AreaField, Check, SelectField, TextField } from "../ui/Field";
import { FormError } from "../ui/FormDialog";
import { Page, Section } from "../ui/Page";
import { Failure, Skeleton } from "../ui/States";
import { toast } from "../ui/Toast";
import { unsaved } from "../ui/unsaved";
import { change, declare, intentScreen, useCatalogue, useIntent } from "./api";
import { Deadline } from "./Deadline";
import { beaconOf, type Draft, draftOf, mistakes } from "./draft";
import { EdgeRows } from "./EdgeRows";
import { Guided } from "./Guided";
import { Owner } from "./Owner";
import { write } from "./predicate";
import { PredicateText } from "./PredicateText";
import { Known, Remedies } from "./Remedies";
import type { Beacon, Cost, Measure, Priority, Sensitivity, WholeIntent } from "./types";
import { useChecked } from "./useChecked";
import { deadlineProblem } from "./words";

const FIELDS = [
  "/domain",
  "/desired_outcome",
  "/deadline",
  "/constraints",
  "/predicate",
  "/priority",
  "/owner",
  "/remedies",
  "/edges",
];

/** Declares an intent, or changes one that is not closed. */
export function EditorPage({ id }: { id: string | null }) {
  const found = useIntent(id);
  const [begun, setBegun] = useState<WholeIntent | null>(null);
  // Rounds of the Conscience go on meanwhile: what is edited is the version that was opened.
  if (found.data && !begun) setBegun(found.data);
  const back = id === null ? "/intents" : intentScreen(id);
  useEscape(() => navigate(back), 0);
  if (id !== null && !begun) {
    return (
      <Page title="Intent" back={{ to: back, label: "The intent" }}>
        <div className="card">
          {found.error !== null
            ? <Failure error={found.error} retry={found.refresh} />
            : <Skeleton lines={10} />}
        </div>
      </Page>
    );
  }
  const reread = async () => {
    await found.refresh();
    setBegun(null);
  };
  return <Form key={begun?.version ?? "new"} intent={begun} onReread={reread} />;
}

interface Written {
  draft: Draft;
  text: string;
}

function Form({ intent, onReread }: { intent: WholeIntent | null; onReread: () => unknown }) {
  const { query } = useLocation();
  const catalogue = useCatalogue();
  const kept = intent ? `${intent.intent_id} v${intent.version}` : `intent ${query}`;
  const [begun] = useState<Written>(() => ({
    draft: draftOf(intent, query.get("domain")),
    text: intent?.predicate ?? query.get("predicate") ?? "",
  }));
  const [before, setBefore] = useState(() => unsaved.read<Written>(kept));
  const [draft, setDraft] = useState(before?.draft ?? begun.draft);
  const [text, setText] = useState(before?.text ?? begun.text);
  const changed = text !== begun.text || JSON.stringify(draft) !== JSON.stringify(begun.draft);
  useEffect(() => {
    if (changed) unsaved.keep(kept, { draft, text });
    else unsaved.drop(kept);
  }, [changed, draft, text]);
  const [outdated, setOutdated] = useState(false);
  const verdict = useChecked(text);
  // What was set part by part stands until the server read the text of it.
  const [parts, setParts] = useState<{ text: string; measure: Measure } | null>(null);
  const measure = parts?.text === text ? parts.measure : verdict.found?.measure ?? parts?.measure ??
    intent?.measure ?? null;
  const sending = useSending(...FIELDS);
  const { errorAt } = sending;
  const set = (change: Partial<Draft>) => setDraft({ ...draft, ...change });
  const late = deadlineProblem(draft.deadline, Date.now());
  const wrong = {
    ...mistakes(draft, text, Date.now()),
    ...(verdict.wrong && verdict.text === text
      ? { "/predicate": "The predicate has to be mended." }
      : {}),
  };
  const submit = () =>
    sending.send(async () => {
      const body = beaconOf(draft, text);
      if (intent) {
        const { domain: _domain, goal: _goal, edges: _edges, status: _status, ...rest } = body;
        try {
          await change(intent.intent_id, intent.version, rest);
        } catch (error) {
          if (error instanceof Problem && error.status === 412) {
            setOutdated(true);
            throw new Error(`Somebody was quicker. ${explain(error)}`);
          }
          throw error;
        }
        unsaved.drop(kept);
        toast("It is changed");
        navigate(intentScreen(intent.intent_id));
      } else {
        const made = await declare(body);
        unsaved.drop(kept);
        toast(draft.opens ? "It is declared, and held against reality" : "It is proposed");
        navigate(intentScreen(made.intent_id));
      }
    }, wrong);
  usePageActions([
    { id: "save", label: intent ? "Save the intent" : "Declare it", icon: "check", run: submit },
  ]);
  return (
    <Page
      title={intent ? `Change: ${intent.desired_outcome}` : "Declare an intent"}
      heading={intent ? "Change the intent" : undefined}
      lead={intent
        ? `${intent.desired_outcome}, version ${intent.version}`
        : "What is wanted, by when, and how one can tell"}
      back={{
        to: intent ? intentScreen(intent.intent_id) : "/intents",
        label: intent ? "The intent" : "Intents",
      }}
      actions={
        <Button kind="primary" icon="check" busy={sending.busy} onClick={submit}>
          {intent ? "Save" : draft.opens ? "Declare and open" : "Propose"}
        </Button>
      }
    >
      <FormError>{sending.wrong.rest}</FormError>
      {before && changed && (
        <p className="notice" role="status">
          What you wrote here before is still there.{" "}
          <Button
            small
            onClick={() => {
              setDraft(begun.draft);
              setText(begun.text);
              setBefore(undefined);
            }}
          >
            Begin anew
          </Button>
        </p>
      )}
      {outdated && (
        <p className="notice" role="alert">
          It was changed meanwhile.{" "}
          <Button small onClick={onReread}>Read it again, and lose what is written here</Button>
        </p>
      )}
      <div className="editor-split">
        <div className="editor-side">
          <Section title="What is wanted">
            <AreaField
              label="Desired outcome"
              rows={2}
              maxLength={500}
              placeholder="Orders arrive on the day asked for"
              value={draft.outcome}
              error={errorAt("/desired_outcome")}
              onChange={(event) => set({ outcome: event.target.value.replace(/\s*\n\s*/g, " ") })}
            />
            <div className="grid-2">
              <TextField
                label="Domain"
                maxLength={60}
                placeholder="logistics"
                readOnly={intent !== null}
                value={draft.domain}
                error={errorAt("/domain")}
                hint={intent ? "It stays" : "The field of work"}
                onChange={(event) => set({ domain: event.target.value.toLowerCase() })}
              />
              <SelectField
                label="It is"
                value={draft.goal}
                disabled={intent !== null}
                onChange={(event) => set({ goal: event.target.value as Beacon["goal"] })}
              >
                <option value="maintain">to hold until the deadline</option>
                <option value="achieve">to come true once</option>
              </SelectField>
            </div>
            <Deadline
              value={draft.deadline}
              error={errorAt("/deadline") ?? (late && draft.deadline ? late : undefined)}
              onChange={(deadline) => set({ deadline })}
            />
          </Section>
          <Section title="Who, and how far">
            <div className="grid-2">
              <Owner
                value={draft.owner}
                known={intent?.owner}
                onChange={(owner) => set({ owner })}
              />
              <SelectField
                label="Priority"
                value={draft.priority}
                onChange={(event) => set({ priority: event.target.value as Priority })}
              >
                <option value="low">low</option>
                <option value="normal">normal</option>
                <option value="high">high</option>
                <option value="critical">critical: drift calls people</option>
              </SelectField>
              <SelectField
                label="Without asking a person"
                value={draft.cost}
                onChange={(event) => set({ cost: event.target.value as Cost })}
              >
                <option value="low">only what costs little</option>
                <option value="medium">what costs little or some</option>
                <option value="high">whatever it costs</option>
              </SelectField>
              <SelectField
                label="Seen by"
                value={draft.sensitivity}
                onChange={(event) => set({ sensitivity: event.target.value as Sensitivity })}
              >
                <option value="public">all members</option>
                <option value="restricted">those who rule, and its owner</option>
              </SelectField>
            </div>
            {!intent && (
              <Check
                label="Open it at once; else it is a proposal that somebody opens"
                checked={draft.opens}
                onChange={(event) => set({ opens: event.target.checked })}
              />
            )}
          </Section>
        </div>
        <div className="editor-side">
          <Section title="How one can tell">
            {catalogue.error !== null && (
              <Failure error={catalogue.error} retry={catalogue.refresh} />
            )}
            {catalogue.loading && <Skeleton lines={3} />}
            {catalogue.data && (
              <Guided
                metrics={catalogue.data.items}
                measure={measure}
                onChange={(next) => {
                  const written = write(next);
                  setParts({ text: written, measure: next });
                  setText(written);
                }}
              />
            )}
            <PredicateText
              text={text}
              verdict={verdict}
              error={errorAt("/predicate")}
              onChange={setText}
            />
          </Section>
          <Section title="What may bring it back">
            <Remedies
              remedies={draft.remedies}
              error={errorAt("/remedies")}
              onChange={(remedies) => set({ remedies })}
            />
            <Known metric={measure?.metric} />
          </Section>
          {!intent && (
            <Section title="What it hangs on">
              <EdgeRows
                edges={draft.edges}
                error={errorAt("/edges")}
                onChange={(edges) => set({ edges })}
              />
            </Section>
          )}
        </div>
      </div>
    </Page>
  );
}
