import { useState } from "react";
import { patch, post } from "../api/client";
import type { Webhook } from "../api/kernel";
import { invalidate } from "../api/query";
import { useSending } from "../ui/action";
import { Button } from "../ui/Button";
import { AreaField, TextField } from "../ui/Field";
import { FormDialog, ShownOnce } from "../ui/FormDialog";
import { toast } from "../ui/Toast";

/** Where to send what; the secret with which messages are signed is shown once. */
export function WebhookDialog({ hook, onClose }: { hook: Webhook | null; onClose: () => void }) {
  const sending = useSending("/name", "/url", "/events");
  const [name, setName] = useState(hook?.name ?? "");
  const [url, setURL] = useState(hook?.url ?? "https://");
  const [events, setEvents] = useState((hook?.events ?? ["order.*"]).join("\n"));
  const [made, setMade] = useState<Webhook | null>(null);
  const patterns = events.split(/[\s,]+/).filter(Boolean);
  const submit = () => {
    const mistakes: Record<string, string> = {};
    if (!name.trim()) mistakes["/name"] = "Say which system it is.";
    if (!/^https?:\/\/[^/\s]+/.test(url.trim())) mistakes["/url"] = "Give an address: https://…";
    if (patterns.length === 0) mistakes["/events"] = "At least one, as order.* or *.";
    return sending.send(async () => {
      const body = { name: name.trim(), url: url.trim(), events: patterns };
      if (hook) {
        await patch(`/api/webhooks/${encodeURIComponent(hook.id)}`, body);
        toast(`${body.name} is changed`);
        onClose();
      } else {
        setMade(await post<Webhook>("/api/webhooks", body));
      }
      invalidate("/api/webhooks");
    }, mistakes);
  };
  const rotate = (hook: Webhook) =>
    sending.send(async () => {
      const path = `/api/webhooks/${encodeURIComponent(hook.id)}/rotate`;
      const { secret } = await post<{ secret: string }>(path);
      setMade({ ...hook, secret });
    });
  if (made) {
    return (
      <ShownOnce
        title={hook ? `A new secret for ${made.name}` : `${made.name} is made`}
        label="Signing secret"
        text={made.secret ?? ""}
        onClose={onClose}
      >
        Messages are signed as Standard Webhooks say. The receiver checks them with this secret;
        {" "}
        <strong>it is shown only once.</strong>
        {hook && " For a day the one before signs too."}
      </ShownOnce>
    );
  }
  return (
    <FormDialog
      title={hook ? hook.name : "New webhook"}
      sending={sending}
      submit={hook ? "Save" : "Make it"}
      leave="Leave it"
      buttons={hook && (
        <Button
          className="at-start"
          icon="key"
          disabled={sending.busy}
          onClick={() => void rotate(hook)}
        >
          New secret
        </Button>
      )}
      onSubmit={submit}
      onClose={onClose}
    >
      <TextField
        label="Name"
        autoFocus
        maxLength={120}
        value={name}
        error={sending.errorAt("/name")}
        onChange={(event) => setName(event.target.value)}
      />
      <TextField
        label="Address"
        type="url"
        maxLength={2000}
        value={url}
        error={sending.errorAt("/url")}
        hint="Addresses inside private networks are refused."
        onChange={(event) => setURL(event.target.value)}
      />
      <AreaField
        label="Events"
        value={events}
        error={sending.errorAt("/events")}
        hint="One a line; order.* means all of orders, * means all."
        onChange={(event) => setEvents(event.target.value)}
      />
    </FormDialog>
  );
}
