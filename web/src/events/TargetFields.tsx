import { useId } from "react";
import type { Webhook } from "../api/kernel";
import { useQuery } from "../api/query";
import type { AgentSummary, Page } from "../api/types";
import { AreaField, Check, SelectField, TextField } from "../ui/Field";
import { humanise } from "../ui/format";
import { useWorkflowNames } from "../workflows/api";
import type { RuleTarget, Severity } from "./api";
import { fresh, KINDS } from "./targets";

interface Props {
  target: RuleTarget;
  errorAt: (pointer: string) => string | undefined;
  onChange: (target: RuleTarget) => void;
}

/** Where a rule sends what it matches. */
export function TargetFields({ target, errorAt, onChange }: Props) {
  return (
    <>
      <SelectField
        label="What it does"
        value={target.kind}
        error={errorAt("/target/kind")}
        onChange={(event) => onChange(fresh(event.target.value as RuleTarget["kind"]))}
      >
        {KINDS.map(([kind, word]) => <option key={kind} value={kind}>{word}</option>)}
      </SelectField>
      {target.kind === "workflow" && (
        <WorkflowField
          value={target.workflow}
          error={errorAt("/target/workflow")}
          onChange={(workflow) => onChange({ ...target, workflow })}
        />
      )}
      {target.kind === "agent" && (
        <AgentField
          value={target.agent}
          error={errorAt("/target/agent")}
          onChange={(agent) => onChange({ ...target, agent })}
        />
      )}
      {target.kind === "webhook" && (
        <WebhookField
          value={target.webhook}
          error={errorAt("/target/webhook")}
          onChange={(webhook) => onChange({ ...target, webhook })}
        />
      )}
      {target.kind === "forward" && (
        <TextField
          label="New type"
          maxLength={200}
          placeholder="stock.low"
          value={target.type}
          error={errorAt("/target/type")}
          hint="a-z, 0-9, dots and hyphens"
          onChange={(event) => onChange({ ...target, type: event.target.value })}
        />
      )}
      {target.kind === "notification" && (
        <NotificationFields target={target} errorAt={errorAt} onChange={onChange} />
      )}
    </>
  );
}

interface FieldProps {
  value: string;
  error: string | undefined;
  onChange: (value: string) => void;
}

function WorkflowField({ value, error, onChange }: FieldProps) {
  const list = useId();
  const names = useWorkflowNames();
  return (
    <>
      <TextField
        label="Workflow"
        list={list}
        maxLength={200}
        value={value}
        error={error}
        hint="It gets the event"
        onChange={(event) => onChange(event.target.value)}
      />
      <datalist id={list}>{names.map((each) => <option key={each} value={each} />)}</datalist>
    </>
  );
}

function AgentField({ value, error, onChange }: FieldProps) {
  const { data } = useQuery<Page<AgentSummary>>("/api/agents");
  return (
    <SelectField
      label="Agent"
      value={value}
      error={error}
      onChange={(event) => onChange(event.target.value)}
    >
      <option value="">choose…</option>
      {(data?.items ?? []).map((each) => (
        <option key={each.name} value={each.name}>{humanise(each.name)} ({each.name})</option>
      ))}
    </SelectField>
  );
}

function WebhookField({ value, error, onChange }: FieldProps) {
  const { data } = useQuery<Page<Webhook>>("/api/webhooks");
  return (
    <SelectField
      label="Webhook"
      value={value}
      error={error}
      onChange={(event) => onChange(event.target.value)}
    >
      <option value="">choose…</option>
      {(data?.items ?? []).map((each) => <option key={each.id} value={each.id}>{each.name}
      </option>)}
    </SelectField>
  );
}

function NotificationFields({ target, errorAt, onChange }: Omit<Props, "target"> & {
  target: Extract<RuleTarget, { kind: "notification" }>;
}) {
  const { data } = useQuery<Page<{ name: string; purpose?: string }>>("/api/roles");
  const wrong = errorAt("/target/roles");
  return (
    <>
      <fieldset className={wrong ? "field field-wrong" : "field"}>
        <legend className="field-label">Who is told: everybody who is</legend>
        <div className="role-checks">
          {(data?.items ?? []).map((each) => (
            <Check
              key={each.name}
              label={humanise(each.name)}
              checked={target.roles.includes(each.name)}
              onChange={(event) =>
                onChange({
                  ...target,
                  roles: event.target.checked
                    ? [...target.roles, each.name]
                    : target.roles.filter((role) => role !== each.name),
                })}
            />
          ))}
        </div>
        {wrong && <p className="field-error">{wrong}</p>}
      </fieldset>
      <SelectField
        label="How urgent"
        value={target.severity}
        error={errorAt("/target/severity")}
        onChange={(event) => onChange({ ...target, severity: event.target.value as Severity })}
      >
        <option value="info">to read</option>
        <option value="warning">warning</option>
        <option value="alarm">alarm</option>
      </SelectField>
      <TextField
        label="Subject"
        maxLength={200}
        value={target.subject}
        error={errorAt("/target/subject")}
        onChange={(event) => onChange({ ...target, subject: event.target.value })}
      />
      <AreaField
        label="Text (optional)"
        maxLength={2000}
        value={target.text}
        error={errorAt("/target/text")}
        onChange={(event) => onChange({ ...target, text: event.target.value })}
      />
    </>
  );
}
