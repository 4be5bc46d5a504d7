import { useState } from "react";
import { patch, post } from "../api/client";
import { invalidate } from "../api/query";
import { useSending } from "../ui/action";
import { SelectField, TextField } from "../ui/Field";
import { FormDialog } from "../ui/FormDialog";
import { toast } from "../ui/Toast";
import { KINDS, mistakes, providerBody, type ProviderDraft } from "./providers";
import type { ModelProvider, ProviderKind } from "./types";

interface Props {
  provider: ModelProvider | null;
  onClose: () => void;
}

/** Who runs models; the key is typed anew or stays, and is never shown again. */
export function ProviderDialog({ provider, onClose }: Props) {
  const [draft, setDraft] = useState<ProviderDraft>({
    kind: provider?.kind ?? "anthropic",
    name: provider?.name ?? "",
    url: provider?.url ?? "",
    region: provider?.region ?? "",
    sensitivity: provider?.sensitivity ?? "public",
    apiKey: "",
    accessKeyId: "",
    secretAccessKey: "",
  });
  const sending = useSending(
    "/name",
    "/url",
    "/region",
    "/sensitivity",
    "/credentials/apiKey",
    "/credentials/accessKeyId",
    "/credentials/secretAccessKey",
    "/credentials",
  );
  const text = (name: keyof ProviderDraft, pointer = `/${name}`) => ({
    value: draft[name],
    error: sending.errorAt(pointer),
    onChange: (event: { target: { value: string } }) =>
      setDraft({ ...draft, [name]: event.target.value }),
  });
  const secret = (name: "apiKey" | "accessKeyId" | "secretAccessKey") => ({
    ...text(name, `/credentials/${name}`),
    type: "password",
    autoComplete: "new-password",
    maxLength: 8192,
  });
  const kept = provider?.credentials ? " (empty keeps it)" : "";
  const submit = () =>
    sending.send(async () => {
      const body = providerBody(draft, provider === null);
      if (provider) await patch(`/api/models/providers/${provider.id}`, body);
      else await post("/api/models/providers", body);
      invalidate("/api/models");
      toast(`${draft.name} is ${provider ? "changed" : "made"}`);
      onClose();
    }, mistakes(draft));
  return (
    <FormDialog
      title={provider ? provider.name : "New provider"}
      sending={sending}
      submit={provider ? "Save" : "Add it"}
      leave="Leave it"
      onSubmit={submit}
      onClose={onClose}
    >
      {!provider && (
        <SelectField
          label="Kind"
          value={draft.kind}
          onChange={(event) => setDraft({ ...draft, kind: event.target.value as ProviderKind })}
        >
          {Object.entries(KINDS).map(([kind, each]) => (
            <option key={kind} value={kind}>{each.label}</option>
          ))}
        </SelectField>
      )}
      <div className="grid-2">
        <TextField
          label="Name"
          autoFocus
          maxLength={64}
          placeholder={draft.kind}
          hint="Small letters, digits, hyphens"
          {...text("name")}
        />
        <TextField
          label={draft.kind === "bedrock" ? "AWS region" : "Region (optional)"}
          maxLength={32}
          placeholder="eu-central-1"
          hint="For the data policy: where it works"
          {...text("region")}
        />
      </div>
      <TextField
        label="Address (optional)"
        maxLength={2000}
        placeholder={KINDS[draft.kind].url}
        hint={KINDS[draft.kind].hint}
        {...text("url")}
      />
      <SelectField
        label="May be sent"
        hint="Orders, people and conversations are restricted data"
        error={sending.errorAt("/sensitivity")}
        value={draft.sensitivity}
        onChange={(event) =>
          setDraft({ ...draft, sensitivity: event.target.value as ProviderDraft["sensitivity"] })}
      >
        <option value="public">public data only</option>
        <option value="restricted">restricted data too</option>
      </SelectField>
      <TextField label={`API key${kept}`} {...secret("apiKey")} />
      {draft.kind === "bedrock" && (
        <div className="grid-2">
          <TextField label={`Access key id${kept}`} {...secret("accessKeyId")} />
          <TextField label={`Secret access key${kept}`} {...secret("secretAccessKey")} />
        </div>
      )}
      <p className="faint">
        Keys are sealed when they are stored and never shown again.
        {provider && " With another address they must be typed anew."}
      </p>
    </FormDialog>
  );
}
