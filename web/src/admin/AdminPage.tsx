import type { ReactNode } from "react";
import { isAdmin, useMe } from "../shell/me";
import { Page } from "../ui/Page";
import { Empty } from "../ui/States";
import { SubNav } from "../ui/SubNav";

const PARTS = [
  { to: "/admin", label: "People" },
  { to: "/admin/keys", label: "API keys" },
  { to: "/admin/audit", label: "Audit" },
  { to: "/admin/webhooks", label: "Webhooks" },
  { to: "/admin/channels", label: "Channels" },
  { to: "/admin/models", label: "Models" },
  { to: "/admin/mcp-servers", label: "MCP servers" },
];

interface Props {
  title: string;
  lead?: ReactNode;
  actions?: ReactNode;
  children: ReactNode;
}

/** The frame of what only administrators do; the server refuses others anyway. */
export function AdminPage({ title, lead, actions, children }: Props) {
  const me = useMe();
  if (me && !isAdmin(me)) {
    return (
      <Page title={title}>
        <div className="card">
          <Empty icon="shield" title="For administrators">
            Your roles are {me.roles.join(", ")}. Ask an administrator of {me.organisation.name}.
          </Empty>
        </div>
      </Page>
    );
  }
  return (
    <Page title={title} lead={lead} actions={actions}>
      <SubNav label="Admin" parts={PARTS} />
      {children}
    </Page>
  );
}
