import { useMemo, useState } from "react";
import { patch, post } from "../api/client";
import type { Account } from "../api/kernel";
import { invalidate } from "../api/query";
import { usePageActions } from "../shell/actions";
import { useMe } from "../shell/me";
import { setQuery, useLocation } from "../shell/router";
import { Button } from "../ui/Button";
import { Ago } from "../ui/Data";
import { type Column, DataTable } from "../ui/DataTable";
import { humanise } from "../ui/format";
import { Icon } from "../ui/Icon";
import { ListCard } from "../ui/ListCard";
import { usePages } from "../ui/pages";
import { ReasonDialog } from "../ui/ReasonDialog";
import { Choice, ChoiceChips, Search, searchAction } from "../ui/Search";
import { Empty } from "../ui/States";
import { toast } from "../ui/Toast";
import { RowOpener } from "../ui/RowButton";
import { AdminPage } from "./AdminPage";
import { InviteDialog } from "./InviteDialog";
import { PersonDialog } from "./PersonDialog";

const FILTERS = ["q", "kind", "disabled"];
const idOf = (account: Account) => account.id;

export type Asked = { what: "disable" | "enable" | "sessions"; account: Account } | null;

/** Who may come in, as what, and since when. */
export function PeoplePage() {
  const { query } = useLocation();
  const self = useMe()?.account.id;
  const path = useMemo(() => {
    const parts = new URLSearchParams({ limit: "50" });
    for (const name of FILTERS) {
      const value = query.get(name) ?? (name === "kind" ? "person" : null);
      if (value && value !== "all") parts.set(name, value);
    }
    return `/api/accounts?${parts}`;
  }, [query]);
  const pages = usePages<Account>(path, idOf);
  const [asked, setAsked] = useState<Asked>(null);
  const open = pages.items.find((each) => each.id === query.get("open"));
  usePageActions([
    {
      id: "invite",
      label: "Invite somebody…",
      icon: "plus",
      key: "a",
      run: () => setQuery({ dialog: "invite" }),
    },
    searchAction("Search people", "people-search"),
  ]);
  return (
    <AdminPage
      title="People"
      actions={
        <Button kind="primary" icon="plus" onClick={() => setQuery({ dialog: "invite" })}>
          Invite
        </Button>
      }
    >
      <div className="filters">
        <ChoiceChips
          label="Kind"
          name="kind"
          choices={[["person", "People"], ["service", "Services and agents"], ["all", "All"]]}
        />
        <div className="filter-fields">
          <Search id="people-search" label="Search people" placeholder="Name or e-mail" />
          <Choice
            label="State"
            name="disabled"
            choices={[["", "any"], ["false", "may sign in"], ["true", "disabled"]]}
          />
        </div>
      </div>
      <ListCard
        pages={pages}
        one="account"
        empty={<Empty icon="people" title="Nobody matches">Try fewer filters.</Empty>}
      >
        <DataTable label="People" rows={pages.items} columns={columns(self)} id={idOf} />
      </ListCard>
      {query.get("dialog") === "invite" && (
        <InviteDialog onClose={() => setQuery({ dialog: null })} />
      )}
      {open && !asked && (
        <PersonDialog
          account={open}
          self={open.id === self}
          onAsk={(what) => setAsked({ what, account: open })}
          onClose={() => setQuery({ open: null })}
        />
      )}
      {asked && <Ask asked={asked} onClose={() => setAsked(null)} />}
    </AdminPage>
  );
}

function columns(self: string | undefined): Column<Account>[] {
  return [
    {
      key: "name",
      label: "Name",
      place: "main",
      sort: "name",
      value: (account) => account.name,
      cell: (account) => (
        <RowOpener
          onClick={() => setQuery({ open: account.id })}
          title={<>{account.name} {account.id === self && <span className="faint">(you)</span>}</>}
        >
          <span className="faint clip">{account.email ?? humanise(account.kind)}</span>
        </RowOpener>
      ),
    },
    {
      key: "state",
      label: "State",
      place: "status",
      cell: (account) => <AccountState account={account} />,
    },
    {
      key: "roles",
      label: "Roles",
      cell: (account) => account.roles.map(humanise).join(", "),
    },
    {
      key: "totp",
      label: "Two steps",
      cell: (account) => account.kind === "service" ? "–" : account.totp ? "Yes" : "No",
    },
    {
      key: "signed",
      label: "Signed in",
      right: true,
      className: "faint",
      sort: "signed",
      value: (account) => account.lastSignInAt ?? "",
      cell: (account) => <Ago at={account.lastSignInAt} />,
    },
  ];
}

export function AccountState({ account }: { account: Account }) {
  return (
    <span className={`status ${account.disabled ? "status-failed" : "status-delivered"}`}>
      <Icon name={account.disabled ? "stop" : "check"} size={15} />
      {account.disabled ? "Disabled" : "Active"}
    </span>
  );
}

function Ask({ asked, onClose }: { asked: NonNullable<Asked>; onClose: () => void }) {
  const { what, account } = asked;
  const path = `/api/accounts/${account.id}`;
  const done = (said: string) => {
    invalidate("/api/accounts", "/api/audit");
    toast(said);
    onClose();
  };
  if (what === "sessions") {
    return (
      <ReasonDialog
        title={`End all sessions of ${account.name}?`}
        confirm="End them"
        danger
        onConfirm={async (reason) => {
          const answer = await post<{ revoked?: number }>(`${path}/revoke-sessions`, { reason });
          done(`${answer?.revoked ?? "All"} sessions of ${account.name} have ended`);
        }}
        onClose={onClose}
      >
        <p>On every device one has to sign in again. The account stays as it is.</p>
      </ReasonDialog>
    );
  }
  const disabled = what === "disable";
  return (
    <ReasonDialog
      title={`${disabled ? "Disable" : "Enable"} ${account.name}?`}
      confirm={disabled ? "Disable" : "Enable"}
      danger={disabled}
      onConfirm={async (reason) => {
        await patch(path, { disabled, reason });
        done(`${account.name} is ${disabled ? "disabled" : "enabled"}`);
      }}
      onClose={onClose}
    >
      <p>
        {disabled
          ? "The account can no longer sign in, and its sessions end. What it did stays as it is."
          : "The account can sign in again with the roles it has."}
      </p>
    </ReasonDialog>
  );
}
