import { useState } from "react";
import { post } from "../api/client";
import type { ApiKey } from "../api/kernel";
import { invalidate } from "../api/query";
import { usePageActions } from "../shell/actions";
import { setQuery, useLocation } from "../shell/router";
import { useSending } from "../ui/action";
import { Button } from "../ui/Button";
import { Ago } from "../ui/Data";
import { type Column, DataTable } from "../ui/DataTable";
import { SelectField, TextField } from "../ui/Field";
import { FormDialog, ShownOnce } from "../ui/FormDialog";
import { date, humanise } from "../ui/format";
import { Icon, type IconName } from "../ui/Icon";
import { ListCard } from "../ui/ListCard";
import { usePages } from "../ui/pages";
import { ReasonDialog } from "../ui/ReasonDialog";
import { RowButton } from "../ui/RowButton";
import { Empty } from "../ui/States";
import { toast } from "../ui/Toast";
import { AdminPage } from "./AdminPage";
import { RoleChoice } from "./RoleChoice";

const idOf = (key: ApiKey) => key.id;

type KeyState = "good" | "soon" | "over" | "revoked";

const LOOK: Record<KeyState, [string, IconName, string]> = {
  good: ["In force", "check", "delivered"],
  soon: ["Ends soon", "clock", "dispatched"],
  over: ["Ended", "clock", "cancelled"],
  revoked: ["Revoked", "stop", "failed"],
};

const SOON = 14 * 86_400_000;

function stateOf(key: ApiKey): KeyState {
  if (key.revokedAt) return "revoked";
  const left = key.expiresAt ? Date.parse(key.expiresAt) - Date.now() : Infinity;
  return left <= 0 ? "over" : left < SOON ? "soon" : "good";
}

/** Keys for programs: what each may do, until when, and when it was used. */
export function KeysPage() {
  const { query } = useLocation();
  const pages = usePages<ApiKey>("/api/keys?limit=100", idOf);
  const [revoking, setRevoking] = useState<ApiKey | null>(null);
  const make = () => setQuery({ dialog: "new" });
  usePageActions([
    { id: "new", label: "New API key…", icon: "plus", key: "a", run: make },
  ]);
  const columns: Column<ApiKey>[] = [
    {
      key: "name",
      label: "Key",
      place: "main",
      sort: "name",
      value: (key) => key.name,
      cell: (key) => (
        <span className="two-lines">
          <span className="strong">{key.name}</span>
          <code className="faint">{key.prefix}…</code>
        </span>
      ),
    },
    {
      key: "state",
      label: "State",
      place: "status",
      cell: (key) => {
        const [word, icon, tone] = LOOK[stateOf(key)];
        return (
          <span className={`status status-${tone}`}>
            <Icon name={icon} size={15} />
            {word}
          </span>
        );
      },
    },
    { key: "roles", label: "Roles", cell: (key) => key.roles.map(humanise).join(", ") },
    {
      key: "made",
      label: "Made",
      sort: "made",
      value: (key) => key.createdAt,
      cell: (key) => `${date(key.createdAt)}${key.createdBy ? `, ${key.createdBy.name}` : ""}`,
    },
    {
      key: "ends",
      label: "Ends",
      right: true,
      sort: "ends",
      value: (key) => key.expiresAt ?? "",
      cell: (key) => key.expiresAt ? date(key.expiresAt) : "never",
    },
    {
      key: "used",
      label: "Used",
      right: true,
      className: "faint",
      sort: "used",
      value: (key) => key.lastUsedAt ?? "",
      cell: (key) => <Ago at={key.lastUsedAt} />,
    },
    {
      key: "do",
      label: "Revoke",
      quiet: true,
      place: "more",
      className: "right",
      cell: (key) =>
        !key.revokedAt && (
          <RowButton
            does="Revoke…"
            of={key.name}
            onPress={() => setRevoking(key)}
          />
        ),
    },
  ];
  return (
    <AdminPage
      title="API keys"
      lead="For programs; people sign in"
      actions={<Button kind="primary" icon="plus" onClick={make}>New key</Button>}
    >
      <ListCard
        pages={pages}
        one="key"
        empty={
          <Empty
            icon="key"
            title="No keys yet"
            action={<Button kind="primary" onClick={make}>Make the first</Button>}
          >
            A key lets a program use the API with the roles you give it.
          </Empty>
        }
      >
        <DataTable label="API keys" rows={pages.items} columns={columns} id={idOf} />
      </ListCard>
      {query.get("dialog") === "new" && <NewKey onClose={() => setQuery({ dialog: null })} />}
      {revoking && (
        <ReasonDialog
          title={`Revoke ${revoking.name}?`}
          confirm="Revoke"
          keep="Keep it"
          danger
          onConfirm={async (reason) => {
            await post(`/api/keys/${revoking.id}/revoke`, { reason });
            invalidate("/api/keys", "/api/audit");
            toast(`${revoking.name} is revoked`);
            setRevoking(null);
          }}
          onClose={() => setRevoking(null)}
        >
          <p>Whatever uses it is refused from this moment on. This is final.</p>
        </ReasonDialog>
      )}
    </AdminPage>
  );
}

const DAYS = [7, 30, 90, 180, 365];

function NewKey({ onClose }: { onClose: () => void }) {
  const sending = useSending("/name", "/roles", "/expiresInDays");
  const [name, setName] = useState("");
  const [roles, setRoles] = useState<string[]>(["viewer"]);
  const [days, setDays] = useState(90);
  const [made, setMade] = useState<ApiKey | null>(null);
  const submit = () => {
    const mistakes: Record<string, string> = {};
    if (!name.trim()) mistakes["/name"] = "Say which program it is for.";
    if (roles.length === 0) mistakes["/roles"] = "Choose at least one role.";
    return sending.send(async () => {
      const body = { name: name.trim(), roles, expiresInDays: days };
      setMade(await post<ApiKey>("/api/keys", body));
      invalidate("/api/keys", "/api/audit");
    }, mistakes);
  };
  if (made) {
    return (
      <ShownOnce
        title={`${made.name} is made`}
        label="API key"
        text={made.secret ?? ""}
        below={
          <p className="faint">
            It is sent as <code>Authorization: Bearer {made.prefix}…</code>
          </p>
        }
        onClose={onClose}
      >
        Copy the key now and keep it where secrets are kept. <strong>It is shown only once.</strong>
      </ShownOnce>
    );
  }
  return (
    <FormDialog
      title="New API key"
      wide
      sending={sending}
      submit="Make the key"
      leave="Not now"
      onSubmit={submit}
      onClose={onClose}
    >
      <div className="grid-2">
        <TextField
          label="Name"
          autoFocus
          placeholder="Warehouse scanner import"
          maxLength={120}
          value={name}
          error={sending.errorAt("/name")}
          onChange={(event) => setName(event.target.value)}
        />
        <SelectField
          label="Good for"
          value={days}
          error={sending.errorAt("/expiresInDays")}
          onChange={(event) => setDays(Number(event.target.value))}
        >
          {DAYS.map((each) => <option key={each} value={each}>{each} days</option>)}
        </SelectField>
      </div>
      <RoleChoice chosen={roles} error={sending.errorAt("/roles")} onChange={setRoles} />
    </FormDialog>
  );
}
