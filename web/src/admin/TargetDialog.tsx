import { useState } from "react";
import { SeverityField } from "../alarms/severity";
import { patch, post } from "../api/client";
import type { ChannelTarget, Severity } from "../api/kernel";
import { invalidate } from "../api/query";
import { useSending } from "../ui/action";
import { SelectField, TextField } from "../ui/Field";
import { FormDialog } from "../ui/FormDialog";
import { toast } from "../ui/Toast";
import { fieldsOf, KINDS, type Preset, PRESETS } from "./targetFields";

type Kind = ChannelTarget["kind"];

interface Props {
  target: ChannelTarget | null;
  onClose: () => void;
}

/** Where outside messages go; secrets are typed anew or stay as they are. */
export function TargetDialog({ target, onClose }: Props) {
  const [kind, setKind] = useState<Kind>(target?.kind ?? "slack");
  const [preset, setPreset] = useState<Preset>((target?.preset as Preset) ?? "twilio");
  const [name, setName] = useState(target?.name ?? "");
  const [minimum, setMinimum] = useState<Severity>(target?.minimum ?? "warning");
  const fields = fieldsOf(kind, preset);
  const [values, setValues] = useState<Record<string, string>>(() =>
    Object.fromEntries(
      fields.map((each) => [each.name, each.secret ? "" : String(target?.[each.name] ?? "")]),
    )
  );
  const sending = useSending("/name", "/minimum", ...fields.map((each) => `/${each.name}`));
  const value = (field: string) => (values[field] ?? "").trim();
  const submit = () => {
    const mistakes: Record<string, string> = {};
    if (!name.trim()) mistakes["/name"] = "Say which room or person it is.";
    for (const each of fields) {
      const kept = target !== null && each.secret;
      if (!each.optional && !kept && !value(each.name)) {
        mistakes[`/${each.name}`] = "It cannot be reached without.";
      }
    }
    const given = Object.fromEntries(
      fields.filter((each) => value(each.name)).map((each) => [each.name, value(each.name)]),
    );
    const by = kind === "sms" ? { preset } : {};
    const body = { name: name.trim(), minimum, ...by, ...given };
    return sending.send(async () => {
      if (target) await patch(`/api/channel-targets/${encodeURIComponent(target.id)}`, body);
      else await post("/api/channel-targets", { kind, enabled: true, ...body });
      invalidate("/api/channel-targets");
      toast(`${body.name} is ${target ? "changed" : "made"}`);
      onClose();
    }, mistakes);
  };
  return (
    <FormDialog
      title={target ? target.name : "New target"}
      sending={sending}
      submit={target ? "Save" : "Make it"}
      leave="Leave it"
      onSubmit={submit}
      onClose={onClose}
    >
      {!target && (
        <div className="grid-2">
          <SelectField
            label="Kind"
            value={kind}
            onChange={(event) => setKind(event.target.value as Kind)}
          >
            {Object.entries(KINDS).map(([each, word]) => (
              <option key={each} value={each}>{word}</option>
            ))}
          </SelectField>
          {kind === "sms" && (
            <SelectField
              label="Service"
              value={preset}
              onChange={(event) => setPreset(event.target.value as Preset)}
            >
              {Object.entries(PRESETS).map(([each, word]) => (
                <option key={each} value={each}>{word}</option>
              ))}
            </SelectField>
          )}
        </div>
      )}
      <TextField
        label="Name"
        maxLength={120}
        placeholder="Dispatch room"
        value={name}
        error={sending.errorAt("/name")}
        onChange={(event) => setName(event.target.value)}
      />
      {fields.map((each) => (
        <TextField
          key={each.name}
          label={`${each.label}${
            target && each.secret ? " (empty keeps it)" : each.optional ? " (optional)" : ""
          }`}
          maxLength={2000}
          value={values[each.name] ?? ""}
          error={sending.errorAt(`/${each.name}`)}
          hint={each.hint}
          onChange={(event) => setValues({ ...values, [each.name]: event.target.value })}
        />
      ))}
      <SeverityField
        label="Told from"
        value={minimum}
        error={sending.errorAt("/minimum")}
        onChange={setMinimum}
      />
    </FormDialog>
  );
}
