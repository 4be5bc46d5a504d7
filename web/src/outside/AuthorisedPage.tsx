import { useEffect, useRef, useState } from "react";
import { post } from "../api/client";
import { invalidate } from "../api/query";
import { Link, navigate, useLocation } from "../shell/router";
import { Page } from "../ui/Page";
import { Empty, Failure, Skeleton } from "../ui/States";
import { toast } from "../ui/Toast";
import type { OutsideServer } from "./types";

/** Back from another's authorisation page: what the browser brought is handed over, once. */
export function AuthorisedPage() {
  const { query } = useLocation();
  const brought = useRef(
    Object.fromEntries(
      ["state", "code", "iss", "error"].flatMap((name) => {
        const value = query.get(name);
        return value ? [[name, value]] : [];
      }),
    ) as Record<string, string>,
  );
  const sent = useRef(false);
  const [error, setError] = useState<unknown>(null);
  useEffect(() => {
    if (sent.current || !brought.current.state) return;
    sent.current = true;
    // A code is good for one use, and is not left in the history.
    history.replaceState(null, "", "/console/mcp-authorisation");
    post<OutsideServer>("/api/mcp-authorisation", brought.current).then((server) => {
      invalidate("/api/mcp-servers");
      toast(`Weft is authorised at ${server.name}`);
      navigate(`/admin/mcp-servers/${server.id}`, { replace: true });
    }).catch(setError);
  }, []);
  return (
    <Page title="Authorisation">
      <div className="card">
        {error !== null
          ? (
            <>
              <Failure error={error} />
              <p className="centred">
                <Link to="/admin/mcp-servers">To the MCP servers</Link>
              </p>
            </>
          )
          : brought.current.state
          ? <Skeleton lines={3} />
          : (
            <Empty
              icon="key"
              title="Nothing was brought back"
              action={<Link to="/admin/mcp-servers">To the MCP servers</Link>}
            >
              Begin the authorisation from the server's page.
            </Empty>
          )}
      </div>
    </Page>
  );
}
