import { type FormEvent, useId, useState } from "react";
import { explain, patch, post } from "../api/client";
import type { Webhook } from "../api/kernel";
import { invalidate } from "../api/query";
import { NOTHING_WRONG, refusal } from "../ui/action";
import { Button } from "../ui/Button";
import { Copy } from "../ui/Copy";
import { Dialog } from "../ui/Dialog";
import { AreaField, TextField } from "../ui/Field";
import { Icon } from "../ui/Icon";
import { toast } from "../ui/Toast";

/** Where to send what; the secret with which messages are signed is shown once. */
export function WebhookDialog({ hook, onClose }: { hook: Webhook | null; onClose: () => void }) {
  const form = useId();
  const [name, setName] = useState(hook?.name ?? "");
  const [url, setURL] = useState(hook?.url ?? "https://");
  const [events, setEvents] = useState((hook?.events ?? ["order.*"]).join("\n"));
  const [wrong, setWrong] = useState(NOTHING_WRONG);
  const [busy, setBusy] = useState(false);
  const [made, setMade] = useState<Webhook | null>(null);
  const patterns = events.split(/[\s,]+/).filter(Boolean);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const fields: Record<string, string> = {};
    if (!name.trim()) fields["/name"] = "Say which system it is.";
    if (!/^https?:\/\/[^/\s]+/.test(url.trim())) fields["/url"] = "Give an address: https://…";
    if (patterns.length === 0) fields["/events"] = "At least one, as order.* or *.";
    setWrong({ fields, rest: null });
    if (Object.keys(fields).length > 0) return;
    setBusy(true);
    try {
      const body = { name: name.trim(), url: url.trim(), events: patterns };
      if (hook) {
        await patch(`/api/webhooks/${encodeURIComponent(hook.id)}`, body);
        toast(`${body.name} is changed`);
        onClose();
      } else {
        setMade(await post<Webhook>("/api/webhooks", body));
      }
      invalidate("/api/webhooks");
    } catch (error) {
      setWrong(refusal(error, (pointer) => /^\/(name|url|events)/.test(pointer)));
    } finally {
      setBusy(false);
    }
  };
  const rotate = async () => {
    setBusy(true);
    try {
      const path = `/api/webhooks/${encodeURIComponent(hook!.id)}/rotate`;
      const { secret } = await post<{ secret: string }>(path);
      setMade({ ...hook!, secret });
    } catch (error) {
      setWrong({ fields: {}, rest: explain(error) });
    } finally {
      setBusy(false);
    }
  };
  if (made) {
    return (
      <Dialog
        title={hook ? `A new secret for ${made.name}` : `${made.name} is made`}
        onClose={onClose}
        footer={<Button kind="primary" onClick={onClose}>I have kept it</Button>}
      >
        <p>
          Messages are signed as Standard Webhooks say. The receiver checks them with this secret;
          {" "}
          <strong>it is shown only once.</strong>
          {hook && " For a day the one before signs too."}
        </p>
        <Copy label="Signing secret" text={made.secret ?? ""} />
      </Dialog>
    );
  }
  const eventsError = Object.entries(wrong.fields)
    .find(([pointer]) => pointer.startsWith("/events"))?.[1];
  return (
    <Dialog
      title={hook ? hook.name : "New webhook"}
      onClose={onClose}
      footer={
        <>
          {hook && (
            <Button className="at-start" icon="key" disabled={busy} onClick={rotate}>
              New secret
            </Button>
          )}
          <Button onClick={onClose}>Leave it</Button>
          <Button kind="primary" type="submit" form={form} busy={busy}>
            {hook ? "Save" : "Make it"}
          </Button>
        </>
      }
    >
      <form id={form} onSubmit={submit} noValidate>
        <TextField
          label="Name"
          autoFocus
          maxLength={120}
          value={name}
          error={wrong.fields["/name"]}
          onChange={(event) => setName(event.target.value)}
        />
        <TextField
          label="Address"
          type="url"
          maxLength={2000}
          value={url}
          error={wrong.fields["/url"]}
          hint="Addresses inside private networks are refused."
          onChange={(event) => setURL(event.target.value)}
        />
        <AreaField
          label="Events"
          value={events}
          error={eventsError}
          hint="One a line; order.* means all of orders, * means all."
          onChange={(event) => setEvents(event.target.value)}
        />
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
