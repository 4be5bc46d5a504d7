import { useEffect, useMemo, useState } from "react";
import { call, Problem } from "../api/client";
import { invalidate, remember, useQuery } from "../api/query";
import type { Page as ListOf } from "../api/types";
import { RoleChoice } from "../admin/RoleChoice";
import { useCurrency } from "../decisions/useCurrency";
import type { ConfiguredModel } from "../models/types";
import type { Grant, OutsideTool } from "../outside/types";
import { Link } from "../shell/router";
import { useSending } from "../ui/action";
import { Button, IconButton } from "../ui/Button";
import { AreaField, Check, TextField } from "../ui/Field";
import { FormError } from "../ui/FormDialog";
import { humanise } from "../ui/format";
import { Icon } from "../ui/Icon";
import { Section } from "../ui/Page";
import { toast } from "../ui/Toast";
import { draftOf, LIMITS, mistakes, moved, type SettingsDraft, settingsOf } from "./settings";
import type { AgentDetail } from "./types";

interface Props {
  agent: AgentDetail;
  mayEdit: boolean;
}

/** How an agent works here; what somebody else changed meanwhile is never written over. */
export function SettingsForm({ agent, mayEdit }: Props) {
  const [base, setBase] = useState(agent);
  const [draft, setDraft] = useState(() => draftOf(agent));
  const [stale, setStale] = useState(false);
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
  const path = `/api/agents/${encodeURIComponent(agent.name)}`;
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

interface OrderProps {
  chosen: string[];
  mayEdit: boolean;
  error: string | undefined;
  onChange: (models: string[]) => void;
}

/** Which models are asked, the first that answers decides. */
function ModelOrder({ chosen, mayEdit, error, onChange }: OrderProps) {
  const models = useQuery<ListOf<ConfiguredModel>>(mayEdit ? "/api/models" : null);
  const known = (models.data?.items ?? []).filter((each) => each.purpose === "chat");
  const left = known.filter((each) => !chosen.includes(each.name));
  return (
    <div className={error ? "field field-wrong model-order" : "field model-order"}>
      <h3 className="field-label">Models to ask, in this order</h3>
      {chosen.length > 0 && (
        <ol>
          {chosen.map((name, index) => {
            const model = known.find((each) => each.name === name);
            return (
              <li key={name}>
                <span className="num faint">{index + 1}</span>
                <span className="grow">
                  <strong>{name}</strong> {model && <code className="faint">{model.model}</code>}
                  {models.data && !model && <span className="rate-word">is not configured</span>}
                  {model && !model.enabled && <span className="rate-word">is off</span>}
                </span>
                {mayEdit && (
                  <>
                    <IconButton
                      icon="up"
                      label={`Ask ${name} earlier`}
                      disabled={index === 0}
                      onClick={() => onChange(moved(chosen, index, -1))}
                    />
                    <IconButton
                      icon="down"
                      label={`Ask ${name} later`}
                      disabled={index === chosen.length - 1}
                      onClick={() => onChange(moved(chosen, index, 1))}
                    />
                    <IconButton
                      icon="close"
                      label={`Do not ask ${name}`}
                      onClick={() => onChange(chosen.filter((each) => each !== name))}
                    />
                  </>
                )}
              </li>
            );
          })}
        </ol>
      )}
      {chosen.length === 0 && <p className="faint">None is chosen.</p>}
      {mayEdit && left.length > 0 && (
        <select
          className="input select"
          aria-label="Add a model to ask"
          value=""
          onChange={(event) => event.target.value && onChange([...chosen, event.target.value])}
        >
          <option value="">add a model…</option>
          {left.map((each) => (
            <option key={each.id} value={each.name}>
              {each.name} ({each.model}){each.enabled ? "" : ", off"}
            </option>
          ))}
        </select>
      )}
      {mayEdit && models.data && known.length === 0 && (
        <p className="faint">
          No model is configured. <Link to="/admin/models">Add a provider and a model</Link> first.
        </p>
      )}
      {error && <p className="field-error" role="alert">{error}</p>}
    </div>
  );
}

type ErrorAt = (pointer: string) => string | undefined;

interface LimitsProps {
  draft: SettingsDraft;
  errorAt: ErrorAt;
  onChange: (limits: SettingsDraft["limits"]) => void;
}

function Limits({ draft, errorAt, onChange }: LimitsProps) {
  const currency = useCurrency();
  return (
    <Section
      title="Limits of a run"
      aside={<span className="faint">Above one of them the rules decide</span>}
    >
      <div className="grid-3">
        {LIMITS.map((each) => (
          <TextField
            key={each.name}
            label={each.label}
            unit={each.name === "costMicros" ? currency ?? "" : each.unit}
            inputMode="decimal"
            hint={each.hint}
            value={draft.limits[each.name]}
            error={errorAt(`/limits/${each.name}`)}
            onChange={(event) => onChange({ ...draft.limits, [each.name]: event.target.value })}
          />
        ))}
      </div>
    </Section>
  );
}

interface AgreementProps {
  agent: AgentDetail;
  draft: SettingsDraft;
  errorAt: ErrorAt;
  set: (part: Partial<SettingsDraft>) => void;
}

/** Which calls wait for a person, who is asked, and for how long. */
function Agreements({ agent, draft, errorAt, set }: AgreementProps) {
  const always = (name: string) =>
    agent.toolDetails.some((each) => each.name === name && each.needsApproval) &&
    !agent.settings.approvals.includes(name);
  const toggle = (name: string, on: boolean) =>
    set({
      approvals: on
        ? [...draft.approvals, name].sort()
        : draft.approvals.filter((each) => each !== name),
    });
  const lost = draft.approvals.filter((name) =>
    !agent.toolDetails.some((each) => each.name === name)
  );
  return (
    <Section title="What needs a person's agreement">
      <div className="role-list">
        {agent.toolDetails.map((tool) => (
          <Check
            key={tool.name}
            label={
              <>
                {humanise(tool.name)}
                <span className="faint role-purpose">
                  {always(tool.name) ? "always asks" : tool.purpose}
                </span>
              </>
            }
            checked={always(tool.name) || draft.approvals.includes(tool.name)}
            disabled={always(tool.name)}
            onChange={(event) => toggle(tool.name, event.target.checked)}
          />
        ))}
        {lost.map((name) => (
          <Check
            key={name}
            label={<code>{name}</code>}
            checked
            onChange={() => toggle(name, false)}
          />
        ))}
      </div>
      {errorAt("/approvals") && <p className="field-error">{errorAt("/approvals")}</p>}
      <div className="narrow">
        <TextField
          label="They have"
          unit="minutes"
          inputMode="numeric"
          hint="Then the call counts as not agreed to"
          value={draft.approvalMinutes}
          error={errorAt("/approvalMinutes")}
          onChange={(event) => set({ approvalMinutes: event.target.value })}
        />
      </div>
      <h3 className="part">Who is asked</h3>
      <p className="faint">Without a choice: administrators and managers.</p>
      <RoleChoice
        chosen={draft.approvers}
        error={errorAt("/approvers")}
        without={["customer", "ai-agent", "device"]}
        onChange={(approvers) => set({ approvers })}
      />
      <Check
        label="Somebody else than the person in whose name it acts"
        checked={draft.secondPerson}
        onChange={(event) => set({ secondPerson: event.target.checked })}
      />
    </Section>
  );
}

interface OutsideProps {
  agent: string;
  chosen: string[];
  error: string | undefined;
  mayEdit: boolean;
  onChange: (tools: string[]) => void;
}

/** Tools of outside servers that the agent may use. */
function OutsideTools({ agent, chosen, error, mayEdit, onChange }: OutsideProps) {
  const servers = useQuery<ListOf<{ id: string; name: string }>>(
    mayEdit ? "/api/mcp-servers" : null,
  );
  const grants = useQuery<ListOf<Grant>>(mayEdit ? "/api/mcp-grants" : null);
  const all = servers.data?.items ?? [];
  const given = (grants.data?.items ?? []).filter((each) => each.agent === agent)
    .map((each) => each.tool);
  return (
    <Section title="Outside tools">
      {all.length === 0 && chosen.length === 0 && (
        <p className="faint">
          No outside server is registered.{" "}
          {mayEdit && <Link to="/admin/mcp-servers">Register one</Link>}
        </p>
      )}
      {all.map((each) => (
        <ServerTools
          key={each.id}
          id={each.id}
          name={each.name}
          chosen={chosen}
          given={given}
          onChange={onChange}
        />
      ))}
      {all.length === 0 && chosen.length > 0 && (
        <ul className="tool-list">
          {chosen.map((each) => (
            <li key={each}>
              <code>{each}</code>
            </li>
          ))}
        </ul>
      )}
      {error && <p className="field-error" role="alert">{error}</p>}
    </Section>
  );
}

interface ServerToolsProps {
  id: string;
  name: string;
  chosen: string[];
  /** What it was given on the server's page, and is taken back there. */
  given: string[];
  onChange: (tools: string[]) => void;
}

function ServerTools({ id, name, chosen, given, onChange }: ServerToolsProps) {
  const tools = useQuery<ListOf<OutsideTool>>(`/api/mcp-servers/${id}/tools`);
  const admitted = (tools.data?.items ?? []).filter((each) =>
    each.state === "admitted" || chosen.includes(each.tool) || given.includes(each.tool)
  );
  return (
    <div className="outside-choice">
      <h3 className="field-label">{name}</h3>
      {tools.data && admitted.length === 0 && (
        <p className="faint">
          None of its tools is admitted. <Link to={`/admin/mcp-servers/${id}`}>Look at them</Link>
        </p>
      )}
      {admitted.map((each) => (
        <Check
          key={each.tool}
          label={
            <>
              <code>{each.tool}</code>{" "}
              {each.state !== "admitted" && <span className="rate-word">{each.state}</span>}
            </>
          }
          checked={chosen.includes(each.tool) || given.includes(each.tool)}
          disabled={given.includes(each.tool)}
          onChange={(event) =>
            onChange(
              event.target.checked
                ? [...chosen, each.tool]
                : chosen.filter((one) => one !== each.tool),
            )}
        />
      ))}
    </div>
  );
}
