import { useState } from "react";
import { call, Problem } from "../api/client";
import { invalidate } from "../api/query";
import { navigate } from "../shell/router";
import { useSending } from "../ui/action";
import { AreaField, SelectField, TextField } from "../ui/Field";
import { FormDialog } from "../ui/FormDialog";
import { toast } from "../ui/Toast";
import { draftOf, mistakes, serverBody } from "./draft";
import type { OutsideServer } from "./types";

interface Props {
  server: OutsideServer | null;
  onClose: () => void;
}

/** An MCP server of others: where it is, and with what it is asked. */
export function ServerDialog({ server, onClose }: Props) {
  const [draft, setDraft] = useState(() => draftOf(server));
  const [more, setMore] = useState(false);
  const http = draft.transport === "http";
  const secretsAt = http ? "/headers" : "/environment";
  const sending = useSending(
    "/name",
    "/transport",
    "/url",
    "/command",
    "/timeoutSeconds",
    "/scopes",
    "/secrets",
    secretsAt,
    "/client",
  );
  const text = (name: keyof typeof draft, pointer = `/${name}`) => ({
    value: draft[name],
    error: sending.errorAt(pointer),
    onChange: (event: { target: { value: string } }) =>
      setDraft({ ...draft, [name]: event.target.value }),
  });
  const submit = () =>
    sending.send(async () => {
      const body = serverBody(draft, server);
      if (server) {
        try {
          await call(`/api/mcp-servers/${server.id}`, {
            method: "PATCH",
            body,
            headers: { "If-Match": `"v${server.version}"` },
          });
        } catch (error) {
          if (error instanceof Problem && error.status === 412) {
            throw new Error("Somebody else changed it meanwhile. Close this, and look again.");
          }
          throw error;
        }
        invalidate("/api/mcp-servers");
        toast(`${server.name} is changed`);
        return onClose();
      }
      const made = (await call("/api/mcp-servers", { method: "POST", body })).data as OutsideServer;
      invalidate("/api/mcp-servers");
      toast(`${made.name} is registered; now look at its tools`);
      navigate(`/admin/mcp-servers/${made.id}`);
    }, mistakes(draft, server === null));
  return (
    <FormDialog
      title={server ? server.name : "New MCP server"}
      sending={sending}
      submit={server ? "Save" : "Register it"}
      leave="Leave it"
      onSubmit={submit}
      onClose={onClose}
    >
      {!server && (
        <div className="grid-2">
          <TextField
            label="Name"
            autoFocus
            maxLength={40}
            placeholder="forwarder"
            hint="Part of its tools' names"
            {...text("name")}
          />
          <SelectField
            label="Reached"
            value={draft.transport}
            error={sending.errorAt("/transport")}
            onChange={(event) =>
              setDraft({ ...draft, transport: event.target.value as "http" | "stdio" })}
          >
            <option value="http">at an address</option>
            <option value="stdio">as a program of this machine</option>
          </SelectField>
        </div>
      )}
      {http
        ? (
          <TextField
            label="Address"
            maxLength={2000}
            placeholder="https://mcp.example.com/mcp"
            {...text("url")}
          />
        )
        : (
          <AreaField
            label="Program and its words, one a line"
            hint="Only where the operator allows programs"
            {...text("command")}
          />
        )}
      {server && (
        <p className="faint">
          Another {http ? "address" : "program"}{" "}
          suspends all its tools, forgets its authorisation, and needs its secrets anew.
        </p>
      )}
      <AreaField
        label={`${http ? "Header fields" : "Variables"} (optional), one a line`}
        placeholder={http ? "X-Api-Key: …" : "API_KEY=…"}
        hint={server && (http ? server.headers : server.environment).length > 0
          ? `Set: ${(http ? server.headers : server.environment).join(", ")}. Empty keeps them.`
          : "Sealed, and never shown again"}
        {...text("secrets")}
        error={sending.errorAt("/secrets") ?? sending.errorAt(secretsAt)}
      />
      <button
        type="button"
        className="link-button"
        aria-expanded={more}
        onClick={() => setMore(!more)}
      >
        {more ? "Less" : "More settings"}
      </button>
      {more && (
        <>
          <div className="grid-2">
            <TextField
              label="It has"
              unit="s"
              inputMode="numeric"
              hint="For one answer"
              {...text("timeoutSeconds")}
            />
            <SelectField
              label="Its questions to people"
              value={draft.questions}
              onChange={(event) =>
                setDraft({ ...draft, questions: event.target.value as "decline" | "defaults" })}
            >
              <option value="decline">are declined</option>
              <option value="defaults">get the defaults of their forms</option>
            </SelectField>
          </div>
          {http && (
            <>
              <TextField
                label="Scopes to ask for (optional)"
                placeholder="tools.read tools.call"
                {...text("scopes")}
              />
              <div className="grid-2">
                <TextField
                  label="Client id (optional)"
                  hint="If it was registered there by hand"
                  {...text("clientId", "/client")}
                />
                <TextField
                  label="Client secret"
                  type="password"
                  autoComplete="new-password"
                  {...text("clientSecret", "/client/secret")}
                />
              </div>
            </>
          )}
        </>
      )}
    </FormDialog>
  );
}
