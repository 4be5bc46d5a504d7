import { AdminPage } from "../admin/AdminPage";
import { usePageActions } from "../shell/actions";
import { setQuery, useLocation } from "../shell/router";
import { Button } from "../ui/Button";
import { Ago } from "../ui/Data";
import { type Column, DataTable } from "../ui/DataTable";
import { ListCard } from "../ui/ListCard";
import { usePages } from "../ui/pages";
import { Empty } from "../ui/States";
import { ServerDialog } from "./ServerDialog";
import { ServerState } from "./states";
import type { OutsideServer } from "./types";

const idOf = (server: OutsideServer) => server.id;

/** MCP servers of others, whose tools agents may be given. */
export function ServersPage() {
  const { query } = useLocation();
  const pages = usePages<OutsideServer>("/api/mcp-servers", idOf, 15_000);
  const make = () => setQuery({ dialog: "new" });
  usePageActions([{ id: "new", label: "New MCP server…", icon: "plus", key: "a", run: make }]);
  const columns: Column<OutsideServer>[] = [
    {
      key: "name",
      label: "Server",
      place: "main",
      sort: "name",
      value: (each) => each.name,
      cell: (each) => (
        <span className="two-lines">
          <span className="strong">{each.name}</span>
          <code className="faint wrap">{each.url ?? each.command.join(" ")}</code>
        </span>
      ),
    },
    {
      key: "status",
      label: "State",
      place: "status",
      cell: (each) => <ServerState status={each.status} enabled={each.enabled} />,
    },
    {
      key: "says",
      label: "It says",
      cell: (each) =>
        each.message ??
          ([each.server?.title ?? each.server?.name, each.server?.version].filter(Boolean)
            .join(" ") || "–"),
    },
    { key: "auth", label: "Authorised", cell: (each) => each.authorised ? "by a person" : "–" },
    {
      key: "checked",
      label: "Asked",
      right: true,
      className: "faint",
      cell: (each) => <Ago at={each.checkedAt} />,
    },
  ];
  return (
    <AdminPage
      title="MCP servers"
      lead="Tools of others: looked at and admitted one by one, then given to agents"
      actions={<Button kind="primary" icon="plus" onClick={make}>New server</Button>}
    >
      <ListCard
        pages={pages}
        one="server"
        empty={
          <Empty
            icon="link"
            title="No outside servers yet"
            action={<Button kind="primary" onClick={make}>Register the first</Button>}
          >
            A server of a partner or of another system that speaks the Model Context Protocol. None
            of its tools can be used before you admit it.
          </Empty>
        }
      >
        <DataTable
          label="MCP servers"
          rows={pages.items}
          columns={columns}
          id={idOf}
          to={(each) => `/admin/mcp-servers/${each.id}`}
        />
      </ListCard>
      {query.get("dialog") === "new" && (
        <ServerDialog
          server={null}
          onClose={() => setQuery({ dialog: null })}
        />
      )}
    </AdminPage>
  );
}
