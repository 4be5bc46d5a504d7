import { useState } from "react";
import { call, explain, post } from "../api/client";
import { invalidate, useQuery } from "../api/query";
import type { AgentSummary, Page as ListOf } from "../api/types";
import { AdminPage } from "../admin/AdminPage";
import { usePageActions } from "../shell/actions";
import { useEscape } from "../shell/keys";
import { Link, navigate, setQuery, useLocation } from "../shell/router";
import { useAction } from "../ui/action";
import { Button } from "../ui/Button";
import { Facts } from "../ui/Data";
import { dateTime } from "../ui/format";
import { Icon } from "../ui/Icon";
import { Section } from "../ui/Page";
import { ReasonDialog } from "../ui/ReasonDialog";
import { Empty, Failure, Skeleton } from "../ui/States";
import { toast } from "../ui/Toast";
import { ServerDialog } from "./ServerDialog";
import { ServerState } from "./states";
import { ToolRow } from "./ToolRow";
import type { Grant, OutsideServer, OutsideTool } from "./types";

const LIST = "/api/mcp-servers";

/** One outside server: whether it answers, who authorised it, and what of it may be used. */
export function ServerPage({ id }: { id: string }) {
  const { query } = useLocation();
  const path = `${LIST}/${encodeURIComponent(id)}`;
  const server = useQuery<OutsideServer>(path, 15_000);
  const tools = useQuery<ListOf<OutsideTool>>(`${path}/tools`, 15_000);
  const grants = useQuery<ListOf<Grant>>("/api/mcp-grants", 15_000);
  const agents = useQuery<ListOf<AgentSummary>>("/api/agents?limit=200");
  const [removing, setRemoving] = useState(false);
  const [forgetting, setForgetting] = useState(false);
  const { busy, act } = useAction();
  const data = server.data;
  const renew = () => invalidate(LIST, "/api/mcp-grants", "/api/agents");
  const refresh = () =>
    act(async () => {
      try {
        await post(`${path}/refresh`);
      } finally {
        renew();
      }
    }, "Its tools are as it says now");
  const authorise = () =>
    act(async () => {
      const visit = await post<{ location: string }>(`${path}/authorisation`);
      location.assign(visit.location);
    });
  const turn = () =>
    act(async () => {
      await call(path, {
        method: "PATCH",
        body: { enabled: !data?.enabled },
        headers: { "If-Match": `"v${data?.version}"` },
      });
      renew();
    }, data?.enabled ? `${data.name} is off: nobody asks it` : `${data?.name} is on`);
  useEscape(() => navigate("/admin/mcp-servers"), 0);
  usePageActions([
    { id: "refresh", label: "Ask it for its tools", icon: "retry", run: () => void refresh() },
    { id: "edit", label: "Change it…", icon: "gear", run: () => setQuery({ dialog: "edit" }) },
  ]);
  if (server.error !== null && !data) {
    return (
      <AdminPage title="MCP server">
        <div className="card">
          <Failure error={server.error} retry={server.refresh} />
        </div>
      </AdminPage>
    );
  }
  if (!data) {
    return (
      <AdminPage title="MCP server">
        <div className="card">
          <Skeleton lines={8} />
        </div>
      </AdminPage>
    );
  }
  const items = [...tools.data?.items ?? []].sort((a, b) =>
    ORDER.indexOf(a.state) - ORDER.indexOf(b.state) || a.name.localeCompare(b.name)
  );
  const suspended = items.filter((each) => each.state === "suspended").length;
  return (
    <AdminPage
      title={data.name}
      lead={
        <span className="heading-row">
          <ServerState status={data.status} enabled={data.enabled} />
          <code className="wrap">{data.url ?? data.command.join(" ")}</code>
        </span>
      }
      actions={
        <>
          <Button icon="retry" busy={busy} onClick={() => void refresh()}>Ask it</Button>
          <Button icon="gear" onClick={() => setQuery({ dialog: "edit" })}>Change…</Button>
          <Button busy={busy} onClick={() => void turn()}>
            {data.enabled ? "Turn off" : "Turn on"}
          </Button>
          <Button kind="danger" icon="trash" onClick={() => setRemoving(true)}>Remove…</Button>
        </>
      }
    >
      <p>
        <Link className="back" to="/admin/mcp-servers">
          <Icon name="left" size={16} />
          MCP servers
        </Link>
      </p>
      {data.status === "needs-authorisation" && (
        <div className="notice stale">
          <p>
            <strong>A person must authorise Weft there.</strong>{" "}
            You are sent to its page, sign in there, and come back here.
          </p>
          <Button kind="primary" icon="key" busy={busy} onClick={() => void authorise()}>
            Authorise
          </Button>
        </div>
      )}
      {data.status === "failing" && data.message && (
        <p className="notice notice-wrong">
          <strong>It fails:</strong> {data.message}
        </p>
      )}
      {suspended > 0 && (
        <p className="notice notice-wrong">
          <strong>
            {suspended === 1 ? "One tool is" : `${suspended} tools are`} suspended.
          </strong>{" "}
          What the server says of {suspended === 1 ? "it" : "them"}{" "}
          changed since it was admitted. Look at what changed before you admit it again.
        </p>
      )}
      <div className="columns">
        <Section
          title="Tools"
          aside={<span className="faint">Words by strangers: read them as such</span>}
        >
          {tools.loading && <Skeleton lines={4} />}
          {tools.error !== null && <Failure error={tools.error} retry={tools.refresh} />}
          {grants.error !== null && (
            <p className="notice notice-wrong">
              Which agents have them could not be fetched: {explain(grants.error)}
            </p>
          )}
          {tools.data && items.length === 0 && (
            <Empty
              icon="tool"
              title="No tools are known yet"
              action={
                <Button kind="primary" busy={busy} onClick={() => void refresh()}>
                  Ask it for its tools
                </Button>
              }
            >
              The server is asked for what it offers; nothing can be used before you admit it.
            </Empty>
          )}
          <ul className="tools outside-tools">
            {items.map((each) => (
              <ToolRow
                key={each.name}
                server={data}
                tool={each}
                grants={(grants.data?.items ?? []).filter((grant) => grant.tool === each.tool)}
                agents={agents.data?.items ?? []}
                onChanged={renew}
              />
            ))}
          </ul>
        </Section>
        <Section title="The server">
          <Facts
            facts={[
              [
                "It calls itself",
                [data.server?.title ?? data.server?.name, data.server?.version].filter(Boolean)
                  .join(" ") || "–",
              ],
              ["It speaks", data.server?.revision ? `MCP ${data.server.revision}` : "–"],
              ["Asked", data.checkedAt ? dateTime(data.checkedAt) : "never"],
              ["One answer in", `${data.timeoutSeconds} s`],
              [
                "Its questions",
                data.questions === "decline" ? "are declined" : "get the defaults",
              ],
              ["Header fields", data.headers.join(", ") || "none"],
              ...(data.environment.length > 0
                ? [["Variables", data.environment.join(", ")] as [string, string]]
                : []),
              [
                "Authorised",
                data.authorised
                  ? (
                    <span key="authorised">
                      by a person{" "}
                      <button
                        type="button"
                        className="link-button"
                        onClick={() => setForgetting(true)}
                      >
                        Forget it…
                      </button>
                    </span>
                  )
                  : "no",
              ],
            ]}
          />
        </Section>
      </div>
      {query.get("dialog") === "edit" && (
        <ServerDialog
          server={data}
          onClose={() => setQuery({ dialog: null })}
        />
      )}
      {forgetting && (
        <ReasonDialog
          title={`Forget the authorisation at ${data.name}?`}
          confirm="Forget it"
          keep="Keep it"
          danger
          reason={null}
          onConfirm={async () => {
            await call(`${path}/authorisation`, { method: "DELETE" });
            renew();
            toast("Its tokens are forgotten");
            setForgetting(false);
          }}
          onClose={() => setForgetting(false)}
        >
          <p>No run can call its tools until a person has authorised Weft there again.</p>
        </ReasonDialog>
      )}
      {removing && (
        <ReasonDialog
          title={`Remove ${data.name}?`}
          confirm="Remove"
          keep="Keep it"
          danger
          reason={null}
          onConfirm={async () => {
            await call(path, { method: "DELETE" });
            invalidate(LIST, "/api/mcp-grants");
            toast(`${data.name} is removed`);
            navigate("/admin/mcp-servers", { replace: true });
          }}
          onClose={() => setRemoving(false)}
        >
          <p>Its tools, its tokens and what agents were given of it go with it.</p>
        </ReasonDialog>
      )}
    </AdminPage>
  );
}

const ORDER: OutsideTool["state"][] = ["suspended", "offered", "admitted", "refused"];
