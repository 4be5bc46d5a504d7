import { type FormEvent, useId, useState } from "react";
import { SEVERITIES, SEVERITY } from "../alarms/severity";
import { patch, post } from "../api/client";
import type { ChannelTarget, Severity } from "../api/kernel";
import { invalidate } from "../api/query";
import { NOTHING_WRONG, refusal } from "../ui/action";
import { Button } from "../ui/Button";
import { Dialog } from "../ui/Dialog";
import { SelectField, TextField } from "../ui/Field";
import { Icon } from "../ui/Icon";
import { toast } from "../ui/Toast";
import { KINDS } from "./ChannelsPage";

type Kind = ChannelTarget["kind"];

/** What each kind needs to be reached. */
const NEEDS: Record<Kind, { field: "url" | "routingKey"; label: string; hint: string }> = {
  slack: { field: "url", label: "Webhook address", hint: "https://hooks.slack.com/…" },
  teams: { field: "url", label: "Webhook address", hint: "From the channel's workflow" },
  pagerduty: { field: "routingKey", label: "Routing key", hint: "Of the Events API v2" },
  sms: { field: "url", label: "Address of the SMS service", hint: "It gets the text as JSON" },
};

interface Props {
  target: ChannelTarget | null;
  onClose: () => void;
}

export function TargetDialog({ target, onClose }: Props) {
  const form = useId();
  const [kind, setKind] = useState<Kind>(target?.kind ?? "slack");
  const [name, setName] = useState(target?.name ?? "");
  const [secret, setSecret] = useState("");
  const [minimum, setMinimum] = useState<Severity>(target?.minimum ?? "warning");
  const [wrong, setWrong] = useState(NOTHING_WRONG);
  const [busy, setBusy] = useState(false);
  const need = NEEDS[kind];
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const fields: Record<string, string> = {};
    if (!name.trim()) fields["/name"] = "Say which room or person it is.";
    if (!target && !secret.trim()) fields[`/${need.field}`] = "It cannot be reached without.";
    setWrong({ fields, rest: null });
    if (Object.keys(fields).length > 0) return;
    setBusy(true);
    // What is masked is only sent when it was typed anew.
    const given = secret.trim() ? { [need.field]: secret.trim() } : {};
    try {
      const body = { name: name.trim(), minimum, ...given };
      if (target) await patch(`/api/channel-targets/${encodeURIComponent(target.id)}`, body);
      else await post("/api/channel-targets", { kind, enabled: true, ...body });
      invalidate("/api/channel-targets");
      toast(`${body.name} is ${target ? "changed" : "made"}`);
      onClose();
    } catch (error) {
      setWrong(refusal(error, (pointer) => /^\/(name|url|routingKey|minimum)/.test(pointer)));
    } finally {
      setBusy(false);
    }
  };
  return (
    <Dialog
      title={target ? target.name : "New target"}
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>Leave it</Button>
          <Button kind="primary" type="submit" form={form} busy={busy}>
            {target ? "Save" : "Make it"}
          </Button>
        </>
      }
    >
      <form id={form} onSubmit={submit} noValidate>
        {!target && (
          <SelectField
            label="Kind"
            autoFocus
            value={kind}
            onChange={(event) => setKind(event.target.value as Kind)}
          >
            {Object.entries(KINDS).map(([value, word]) => (
              <option key={value} value={value}>{word}</option>
            ))}
          </SelectField>
        )}
        <TextField
          label="Name"
          maxLength={120}
          placeholder="Dispatch room"
          value={name}
          error={wrong.fields["/name"]}
          onChange={(event) => setName(event.target.value)}
        />
        <TextField
          label={target ? `${need.label} (empty keeps it)` : need.label}
          maxLength={2000}
          value={secret}
          error={wrong.fields[`/${need.field}`]}
          hint={need.hint}
          onChange={(event) => setSecret(event.target.value)}
        />
        <SelectField
          label="Told from"
          value={minimum}
          error={wrong.fields["/minimum"]}
          onChange={(event) => setMinimum(event.target.value as Severity)}
        >
          {SEVERITIES.map((each) => <option key={each} value={each}>{SEVERITY[each].word}</option>)}
        </SelectField>
        {wrong.rest && (
          <p className="form-error" role="alert">
            <Icon name="alarm" />
            {wrong.rest}
          </p>
        )}
      </form>
    </Dialog>
  );
}
