import { useEffect, useMemo, useState } from "react";
import { call, Problem } from "../api/client";
import { invalidate, remember } from "../api/query";
import { useSending } from "../ui/action";
import { Button } from "../ui/Button";
import { AreaField } from "../ui/Field";
import { FormError } from "../ui/FormDialog";
import { Icon } from "../ui/Icon";
import { Section } from "../ui/Page";
import { toast } from "../ui/Toast";
import { unsaved } from "../ui/unsaved";
import { Agreements } from "./Agreements";
import { Limits } from "./Limits";
import { ModelOrder } from "./ModelOrder";
import { OutsideTools } from "./OutsideTools";
import { draftOf, LIMITS, mistakes, type SettingsDraft, settingsOf } from "./settings";
import type { AgentDetail } from "./types";

interface Props {
  agent: AgentDetail;
  mayEdit: boolean;
}

/** How an agent works here; what somebody else changed meanwhile is never written over. */
export function SettingsForm({ agent, mayEdit }: Props) {
  const path = `/api/agents/${encodeURIComponent(agent.name)}`;
  const [before] = useState(() => unsaved.read<{ base: AgentDetail; draft: SettingsDraft }>(path));
  const [base, setBase] = useState(before?.base ?? agent);
  const [draft, setDraft] = useState(() => before?.draft ?? draftOf(agent));
  const [stale, setStale] = useState(before !== undefined && before.base.version !== agent.version);
  const sending = useSending(
    "/mode",
    "/models",
    "/personal",
    "/approvals",
    "/approvers",
    "/approvalMinutes",
    "/outsideTools",
    "/guidance",
    ...LIMITS.map((each) => `/limits/${each.name}`),
  );
  const changed = useMemo(
    () => JSON.stringify(draft) !== JSON.stringify(draftOf(base)),
    [draft, base],
  );
  // Until something is typed the form shows what is set, whoever sets it.
  useEffect(() => {
    if (agent.version === base.version) return;
    if (changed) return setStale(true);
    setBase(agent);
    setDraft(draftOf(agent));
  }, [agent.version]);
  useEffect(() => {
    if (changed) unsaved.keep(path, { base, draft });
    else unsaved.drop(path);
  }, [changed, base, draft]);
  const takeOver = async () => {
    const fresh = (await call(path)).data as AgentDetail;
    remember(path, fresh);
    setBase(fresh);
    setDraft(draftOf(fresh));
    setStale(false);
  };
  const submit = () =>
    sending.send(async () => {
      try {
        const answer = await call(`${path}/settings`, {
          method: "PUT",
          body: settingsOf(draft),
          headers: { "If-Match": `"v${base.version}"` },
        });
        const fresh = answer.data as AgentDetail;
        remember(path, fresh);
        invalidate("/api/agents");
        setBase(fresh);
        setDraft(draftOf(fresh));
        setStale(false);
        toast("The settings are in force");
      } catch (error) {
        if (!(error instanceof Problem) || (error.status !== 412 && error.status !== 409)) {
          throw error;
        }
        setStale(true);
      }
    }, mistakes(draft));
  const set = (part: Partial<SettingsDraft>) => setDraft({ ...draft, ...part });
  return (
    <form
      className="agent-settings"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        void submit();
      }}
    >
      {!mayEdit && (
        <p className="notice">
          <Icon name="shield" size={16} /> Only administrators change these settings.
        </p>
      )}
      {stale && (
        <div className="notice notice-wrong stale" role="alert">
          <p>
            <strong>Somebody else changed these settings meanwhile.</strong>{" "}
            Nothing of yours was saved. Take over what is set now, then make your changes again.
          </p>
          <Button icon="retry" onClick={() => void takeOver()}>Take over theirs</Button>
        </div>
      )}
      <fieldset className="bare" disabled={!mayEdit}>
        <Section title="Who decides">
          <div className="choice-cards" role="radiogroup" aria-label="Who decides">
            <ChoiceCard
              name="mode"
              label="Its rules"
              checked={draft.mode === "rules"}
              onChange={() => set({ mode: "rules" })}
            >
              Program code decides: the same case gets the same answer, at no cost.
            </ChoiceCard>
            <ChoiceCard
              name="mode"
              label="A model"
              checked={draft.mode === "model"}
              onChange={() => set({ mode: "model" })}
            >
              A language model decides with the same tools. Where it cannot, the rules do, and the
              decision says so.
            </ChoiceCard>
          </div>
          <ModelOrder
            chosen={draft.models}
            mayEdit={mayEdit}
            error={sending.errorAt("/models")}
            onChange={(models) => set({ models })}
          />
        </Section>
        <Section title="What a model sees of persons">
          <div className="choice-cards" role="radiogroup" aria-label="What a model sees of persons">
            <ChoiceCard
              name="personal"
              label="Placeholders"
              checked={draft.personal === "hidden"}
              onChange={() => set({ personal: "hidden" })}
            >
              What is declared personal (names, addresses, numbers) stays here: the model reads a
              placeholder, and the value is put back where it uses it. Free text, such as an order's
              note, is shown as it is.
            </ChoiceCard>
            <ChoiceCard
              name="personal"
              label="The values themselves"
              checked={draft.personal === "shown"}
              onChange={() => set({ personal: "shown" })}
            >
              The provider receives them. Choose this only if your agreement with the provider
              allows it and the task needs it.
            </ChoiceCard>
          </div>
        </Section>
        <Limits draft={draft} errorAt={sending.errorAt} onChange={(limits) => set({ limits })} />
        <Agreements agent={agent} draft={draft} errorAt={sending.errorAt} set={set} />
        <OutsideTools
          agent={agent.name}
          chosen={draft.outsideTools}
          error={sending.errorAt("/outsideTools")}
          mayEdit={mayEdit}
          onChange={(outsideTools) => set({ outsideTools })}
        />
        <Section title="More guidance">
          <AreaField
            label="What a model is told besides the agent's own guidance"
            rows={5}
            maxLength={8000}
            hint="Plain words, as to a new colleague. Rules do not read it."
            value={draft.guidance}
            error={sending.errorAt("/guidance")}
            onChange={(event) => set({ guidance: event.target.value })}
          />
        </Section>
        {mayEdit && (
          <div className="form-foot">
            <FormError>{sending.wrong.rest}</FormError>
            {Object.keys(sending.wrong.fields).length > 0 && (
              <FormError>Something above is not right yet.</FormError>
            )}
            {changed && <Button onClick={() => setDraft(draftOf(base))}>Discard changes</Button>}
            <Button
              kind="primary"
              type="submit"
              busy={sending.busy}
              disabled={!changed}
            >
              Save settings
            </Button>
          </div>
        )}
      </fieldset>
    </form>
  );
}

interface ChoiceCardProps {
  name: string;
  label: string;
  checked: boolean;
  onChange: () => void;
  children: React.ReactNode;
}

function ChoiceCard({ name, label, checked, onChange, children }: ChoiceCardProps) {
  return (
    <label className={checked ? "choice-card choice-card-on" : "choice-card"}>
      <input type="radio" name={name} checked={checked} onChange={onChange} />
      <span>
        <strong>{label}</strong>
        <span>{children}</span>
      </span>
    </label>
  );
}
