import { useState } from "react";
import { explain, Problem } from "../api/client";
import { useQuery } from "../api/query";
import type { Named, Page as ListOf } from "../api/types";
import { usePageActions } from "../shell/actions";
import { useEscape } from "../shell/keys";
import { useMe } from "../shell/me";
import { navigate, useLocation } from "../shell/router";
import { useSending } from "../ui/action";
import { Button, IconButton } from "../ui/Button";
import { AreaField, Check, SelectField, TextField } from "../ui/Field";
import { FormError } from "../ui/FormDialog";
import { dateTime } from "../ui/format";
import { Page, Section } from "../ui/Page";
import { Failure, Skeleton } from "../ui/States";
import { toast } from "../ui/Toast";
import { useWorkflowNames } from "../workflows/api";
import { change, declare, intentScreen, useCatalogue, useIntent } from "./api";
import type {
  Beacon,
  Cost,
  Measure,
  Priority,
  Relation,
  Remedy,
  Sensitivity,
  WholeIntent,
} from "./types";
import { EndFields } from "./Edges";
import { Guided } from "./Guided";
import { NumberField } from "./NumberField";
import { write } from "./predicate";
import { PredicateText } from "./PredicateText";
import { useChecked } from "./useChecked";
import { deadlineProblem, leftWords, localTime } from "./words";

const DAY = 86_400_000;
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

interface Draft {
  domain: string;
  outcome: string;
  deadline: string;
  cost: Cost;
  sensitivity: Sensitivity;
  goal: Beacon["goal"];
  priority: Priority;
  owner: string;
  remedies: Remedy[];
  edges: { relation: Relation; to: string }[];
  opens: boolean;
}

function draftOf(intent: WholeIntent | null, domain: string | null): Draft {
  return {
    domain: intent?.domain ?? domain ?? "",
    outcome: intent?.desired_outcome ?? "",
    deadline: localTime(new Date(intent?.deadline ?? Date.now() + 30 * DAY)),
    cost: intent?.constraints.cost ?? "medium",
    sensitivity: intent?.constraints.sensitivity ?? "public",
    goal: intent?.goal ?? "maintain",
    priority: intent?.priority ?? "normal",
    owner: intent?.owner.id ?? "",
    remedies: intent?.remedies ?? [],
    edges: [],
    opens: true,
  };
}

function Form({ intent, onReread }: { intent: WholeIntent | null; onReread: () => unknown }) {
  const { query } = useLocation();
  const catalogue = useCatalogue();
  const [draft, setDraft] = useState(() => draftOf(intent, query.get("domain")));
  const [text, setText] = useState(intent?.predicate ?? query.get("predicate") ?? "");
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
  const mistakes: Record<string, string> = {
    ...(draft.outcome.trim().length < 3
      ? { "/desired_outcome": "Say what is wanted, in a sentence." }
      : {}),
    ...(/^[a-z0-9-]+$/.test(draft.domain)
      ? {}
      : { "/domain": "Small letters, digits and -, such as quality." }),
    ...(late ? { "/deadline": late } : {}),
    ...(text.trim() ? {} : { "/predicate": "Say how one can tell whether it is so." }),
    ...(verdict.wrong && verdict.text === text
      ? { "/predicate": "The predicate has to be mended." }
      : {}),
    ...(draft.edges.some((each) => !each.to) ? { "/edges": "Say what each edge leads to." } : {}),
    ...(draft.remedies.some((each) => !each.workflow || !(each.effect > 0))
      ? { "/remedies": "Each remedy needs a workflow and an effect above 0." }
      : {}),
  };
  const submit = () =>
    sending.send(async () => {
      const body: Beacon = {
        domain: draft.domain,
        desired_outcome: draft.outcome.trim(),
        deadline: new Date(draft.deadline).toISOString(),
        constraints: { cost: draft.cost, sensitivity: draft.sensitivity },
        predicate: text.trim(),
        goal: draft.goal,
        priority: draft.priority,
        ...(draft.owner ? { owner: draft.owner } : {}),
        remedies: draft.remedies,
        edges: draft.edges,
        status: draft.opens ? "open" : "proposed",
      };
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
        toast("It is changed");
        navigate(intentScreen(intent.intent_id));
      } else {
        const made = await declare(body);
        toast(draft.opens ? "It is declared, and held against reality" : "It is proposed");
        navigate(intentScreen(made.intent_id));
      }
    }, mistakes);
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

const AHEAD: [string, number][] = [["7 days", 7], ["30 days", 30], ["90 days", 90]];

function Deadline({ value, error, onChange }: {
  value: string;
  error: string | undefined;
  onChange: (value: string) => void;
}) {
  const at = new Date(value);
  const known = Number.isFinite(at.getTime());
  return (
    <div className="deadline">
      <TextField
        label="Deadline"
        type="datetime-local"
        min={localTime(new Date())}
        value={value}
        error={error}
        {...(known && !error
          ? { hint: `${dateTime(at.toISOString())}: ${leftWords(at.toISOString(), Date.now())}` }
          : {})}
        onChange={(event) => onChange(event.target.value)}
      />
      <div className="chips" role="group" aria-label="Deadline in">
        {AHEAD.map(([word, days]) => (
          <button
            key={days}
            type="button"
            className="chip"
            onClick={() => onChange(localTime(new Date(Date.now() + days * DAY)))}
          >
            {word}
          </button>
        ))}
      </div>
    </div>
  );
}

/** Whom drift is told first; who may not list accounts can own it, or leave it as it is. */
function Owner({ value, known, onChange }: {
  value: string;
  known: Named | undefined;
  onChange: (id: string) => void;
}) {
  const me = useMe();
  const admin = me?.roles.includes("admin") ?? false;
  const people = useQuery<ListOf<Named & { kind: string; disabled: boolean }>>(
    admin ? "/api/accounts?limit=200" : null,
  );
  const choices = new Map<string, string>();
  if (me) choices.set(me.account.id, `${me.account.name} (you)`);
  if (known && !choices.has(known.id)) choices.set(known.id, known.name);
  for (const each of people.data?.items ?? []) {
    if (each.kind === "person" && !each.disabled && !choices.has(each.id)) {
      choices.set(each.id, each.name);
    }
  }
  return (
    <SelectField
      label="Owner"
      value={value || me?.account.id || ""}
      onChange={(event) => onChange(event.target.value)}
    >
      {[...choices].map(([id, name]) => <option key={id} value={id}>{name}</option>)}
    </SelectField>
  );
}

function Remedies({ remedies, error, onChange }: {
  remedies: Remedy[];
  error: string | undefined;
  onChange: (remedies: Remedy[]) => void;
}) {
  const names = useWorkflowNames();
  const put = (index: number, next: Partial<Remedy>) =>
    onChange(remedies.map((each, at) => at === index ? { ...each, ...next } : each));
  return (
    <>
      {remedies.map((each, index) => (
        <fieldset key={index} className="remedy">
          <legend>Remedy {index + 1}</legend>
          <div className="grid-2">
            <SelectField
              label="Workflow"
              value={each.workflow}
              onChange={(event) => put(index, { workflow: event.target.value })}
            >
              <option value="">choose one</option>
              {[...new Set([...names, each.workflow])].filter(Boolean).map((name) => (
                <option key={name} value={name}>{name}</option>
              ))}
            </SelectField>
            <NumberField
              label="Makes the value better by"
              min={0}
              value={each.effect}
              onNumber={(effect) => put(index, { effect })}
            />
            <SelectField
              label="Costs"
              value={each.cost}
              onChange={(event) => put(index, { cost: event.target.value as Cost })}
            >
              <option value="low">little</option>
              <option value="medium">some</option>
              <option value="high">much</option>
            </SelectField>
            <NumberField
              label="Effect is judged after"
              unit="s"
              min={10}
              value={each.judgeAfterSeconds}
              onNumber={(judgeAfterSeconds) => put(index, { judgeAfterSeconds })}
            />
          </div>
          <div className="remedy-foot">
            <Check
              label="A person must agree each time"
              checked={each.needsApproval}
              onChange={(event) => put(index, { needsApproval: event.target.checked })}
            />
            <IconButton
              icon="trash"
              label={`Remove remedy ${index + 1}`}
              onClick={() => onChange(remedies.filter((_, at) => at !== index))}
            />
          </div>
        </fieldset>
      ))}
      {error && <p className="field-error">{error}</p>}
      {remedies.length < 5 && (
        <div>
          <Button
            small
            icon="plus"
            onClick={() =>
              onChange([...remedies, {
                workflow: "",
                cost: "low",
                needsApproval: false,
                effect: 0.05,
                judgeAfterSeconds: 900,
              }])}
          >
            Add a workflow
          </Button>
        </div>
      )}
    </>
  );
}

/** What the program itself can do about what is measured. */
function Known({ metric }: { metric: string | undefined }) {
  const catalogue = useCatalogue().data;
  const all = catalogue?.remediations ?? [];
  const helps = all.filter((each) => metric !== undefined && each.helps.includes(metric));
  if (helps.length === 0) {
    return <p className="faint">Nothing that comes with the program helps with this measure.</p>;
  }
  return (
    <div className="faint">
      <p>What comes with the program and may help:</p>
      <ul className="known">
        {helps.map((each) => <li key={each.name}>{each.purpose}</li>)}
      </ul>
    </div>
  );
}

function EdgeRows({ edges, error, onChange }: {
  edges: Draft["edges"];
  error: string | undefined;
  onChange: (edges: Draft["edges"]) => void;
}) {
  return (
    <>
      {edges.map((each, index) => (
        <div key={index} className="edge-row" role="group" aria-label={`Edge ${index + 1}`}>
          <EndFields
            relation={each.relation}
            to={each.to}
            onChange={(relation, to) =>
              onChange(edges.map((old, at) =>
                at === index ? { relation, to } : old
              ))}
          />
          <IconButton
            icon="trash"
            label={`Remove edge ${index + 1}`}
            onClick={() =>
              onChange(edges.filter((_, at) =>
                at !== index
              ))}
          />
        </div>
      ))}
      {error && <p className="field-error">{error}</p>}
      {edges.length === 0 && (
        <p className="faint">The goal that it serves, other intents, and what it works on.</p>
      )}
      <div>
        <Button
          small
          icon="plus"
          onClick={() => onChange([...edges, { relation: "serves", to: "" }])}
        >
          Add an edge
        </Button>
      </div>
    </>
  );
}
