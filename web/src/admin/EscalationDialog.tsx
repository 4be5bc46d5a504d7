import { useState } from "react";
import { SeverityField } from "../alarms/severity";
import { patch, post } from "../api/client";
import type { ChannelTarget, Escalation, RoleInfo, Severity } from "../api/kernel";
import { invalidate, useQuery } from "../api/query";
import type { Page } from "../api/types";
import { useSending } from "../ui/action";
import { Button, IconButton } from "../ui/Button";
import { SelectField, TextField } from "../ui/Field";
import { FormDialog } from "../ui/FormDialog";
import { humanise } from "../ui/format";
import { toast } from "../ui/Toast";

interface Step {
  /** A name of its own for drawing; steps have none on the wire. */
  key: number;
  after: string;
  /** "role:manager", "target:<id>", "account:<id>". */
  target: string;
}

interface Props {
  escalation: Escalation | null;
  targets: ChannelTarget[];
  onClose: () => void;
}

/** Who is told next, and after how many minutes without an acknowledgement. */
export function EscalationDialog({ escalation, targets, onClose }: Props) {
  const sending = useSending("/name");
  const first = "role:manager";
  const found = useQuery<Page<RoleInfo>>("/api/roles").data;
  const roles = found?.items ?? [];
  const [name, setName] = useState(escalation?.name ?? "");
  const [minimum, setMinimum] = useState<Severity>(escalation?.minimum ?? "alarm");
  const [steps, setSteps] = useState<Step[]>(() => {
    const given = escalation?.steps.flatMap((step) =>
      step.targets.map(({ kind, id }) => ({
        after: String(step.afterMinutes),
        target: `${kind}:${id}`,
      }))
    ) ?? [{ after: "0", target: first }, { after: "10", target: first }];
    return given.map((step, key) => ({ ...step, key }));
  });
  const [repeat, setRepeat] = useState(String(escalation?.repeatMinutes ?? 0));
  const change = (key: number, to: Partial<Step>) =>
    setSteps(steps.map((each) => each.key === key ? { ...each, ...to } : each));
  const submit = () => {
    const mistakes: Record<string, string> = {};
    if (!name.trim()) mistakes["/name"] = "Give it a name.";
    steps.forEach((step, index) => {
      if (!/^\d+$/.test(step.after)) mistakes[`/steps/${index}`] = "Whole minutes, 0 or more.";
    });
    const minutes = [...new Set(steps.map((each) => Number(each.after)))].sort((a, b) => a - b);
    const body = {
      name: name.trim(),
      minimum,
      steps: minutes.map((afterMinutes) => ({
        afterMinutes,
        targets: steps.filter((each) => Number(each.after) === afterMinutes)
          .map((each) => {
            const [kind, id] = each.target.split(/:(.*)/);
            return { kind, id };
          }),
      })),
      repeatMinutes: Number(repeat) || 0,
    };
    return sending.send(async () => {
      if (escalation) await patch(`/api/escalations/${escalation.id}`, body);
      else await post("/api/escalations", body);
      invalidate("/api/escalations");
      toast(`${body.name} is ${escalation ? "changed" : "made"}`);
      onClose();
    }, mistakes);
  };
  return (
    <FormDialog
      title={escalation ? escalation.name : "New escalation"}
      sending={sending}
      submit={escalation ? "Save" : "Make it"}
      leave="Leave it"
      onSubmit={submit}
      onClose={onClose}
    >
      <TextField
        label="Name"
        autoFocus
        maxLength={120}
        placeholder="Night shift"
        value={name}
        error={sending.errorAt("/name")}
        onChange={(event) => setName(event.target.value)}
      />
      <SeverityField label="For messages from" value={minimum} onChange={setMinimum} />
      <fieldset className="steps">
        <legend className="field-label">Until somebody acknowledges</legend>
        {steps.map((step, index) => (
          <div key={step.key} className="step-row">
            <TextField
              label="After"
              unit="min"
              inputMode="numeric"
              value={step.after}
              error={sending.errorAt(`/steps/${index}`)}
              onChange={(event) => change(step.key, { after: event.target.value })}
            />
            <SelectField
              label="Tell"
              value={step.target}
              onChange={(event) => change(step.key, { target: event.target.value })}
            >
              <Options roles={roles} targets={targets} chosen={step.target} />
            </SelectField>
            <IconButton
              icon="trash"
              label={`Remove step ${index + 1}`}
              disabled={steps.length === 1}
              onClick={() => setSteps(steps.filter((each) => each !== step))}
            />
          </div>
        ))}
        <Button
          small
          icon="plus"
          disabled={steps.length >= 10}
          onClick={() => {
            const key = Math.max(-1, ...steps.map((each) => each.key)) + 1;
            const last = Number(steps[steps.length - 1]?.after ?? 0);
            setSteps([...steps, { key, after: String(last + 10), target: first }]);
          }}
        >
          Another step
        </Button>
      </fieldset>
      <TextField
        label="Then the last step again every"
        unit="min"
        inputMode="numeric"
        hint="0: it is not repeated"
        value={repeat}
        onChange={(event) => setRepeat(event.target.value)}
      />
    </FormDialog>
  );
}

interface OptionsProps {
  roles: RoleInfo[];
  targets: ChannelTarget[];
  chosen: string;
}

/** Roles and channel targets; what a step names already stays in the list. */
function Options({ roles, targets, chosen }: OptionsProps) {
  const known = [
    ...roles.map((each) => `role:${each.name}`),
    ...targets.map((each) => `target:${each.id}`),
  ];
  return (
    <>
      {!known.includes(chosen) && (
        <option value={chosen}>{humanise(chosen.replace(/^\w+:/, ""))}</option>
      )}
      <optgroup label="Everybody with the role">
        {roles.map((each) => (
          <option key={each.name} value={`role:${each.name}`}>{humanise(each.name)}</option>
        ))}
      </optgroup>
      {targets.length > 0 && (
        <optgroup label="Channel targets">
          {targets.map((each) => (
            <option key={each.id} value={`target:${each.id}`}>{each.name}</option>
          ))}
        </optgroup>
      )}
    </>
  );
}
