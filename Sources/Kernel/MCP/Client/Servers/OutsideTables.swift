public import Store

/// The tables of outside MCP servers.
public enum OutsideTables {
    /// Every step, in order.
    public static let migrations: [Migration] = [
        Migration(
            "mcp-client",
            1,
            "servers, their tools, grants, authorizations",
            [
                """
                CREATE TABLE mcp_server (
                    id TEXT NOT NULL PRIMARY KEY,
                    organisation TEXT NOT NULL,
                    name TEXT NOT NULL,
                    transport TEXT NOT NULL,
                    url TEXT,
                    command TEXT,
                    settings TEXT NOT NULL,
                    secret TEXT NOT NULL,
                    enabled BIGINT NOT NULL,
                    status TEXT NOT NULL,
                    message TEXT,
                    description TEXT,
                    checked_at BIGINT,
                    created_at BIGINT NOT NULL,
                    version BIGINT NOT NULL,
                    UNIQUE (organisation, name)
                )
                """,
                """
                CREATE TABLE mcp_server_tool (
                    server TEXT NOT NULL,
                    name TEXT NOT NULL,
                    organisation TEXT NOT NULL,
                    offered TEXT,
                    offered_hash TEXT,
                    refused TEXT,
                    unchecked TEXT NOT NULL,
                    admitted TEXT,
                    admitted_hash TEXT,
                    admitted_at BIGINT,
                    admitted_by TEXT,
                    needs_approval BIGINT NOT NULL,
                    suspended_at BIGINT,
                    suspended_reason TEXT,
                    PRIMARY KEY (server, name)
                )
                """,
                "CREATE INDEX mcp_server_tool_admitted ON mcp_server_tool (organisation, server)",
                """
                CREATE TABLE mcp_tool_grant (
                    organisation TEXT NOT NULL,
                    agent TEXT NOT NULL,
                    server TEXT NOT NULL,
                    tool TEXT NOT NULL,
                    granted_at BIGINT NOT NULL,
                    granted_by TEXT NOT NULL,
                    PRIMARY KEY (organisation, agent, server, tool)
                )
                """,
                """
                CREATE TABLE mcp_authorisation (
                    server TEXT NOT NULL PRIMARY KEY,
                    organisation TEXT NOT NULL,
                    secret TEXT NOT NULL,
                    issuer TEXT,
                    scopes TEXT NOT NULL,
                    expires_at BIGINT,
                    updated_at BIGINT NOT NULL
                )
                """,
                """
                CREATE TABLE mcp_visit (
                    hash TEXT NOT NULL PRIMARY KEY,
                    organisation TEXT NOT NULL,
                    server TEXT NOT NULL,
                    account TEXT NOT NULL,
                    secret TEXT NOT NULL,
                    expires_at BIGINT NOT NULL
                )
                """,
            ]
        ),
        Migration(
            "mcp-client",
            2,
            "which authorization the tokens belong to",
            ["ALTER TABLE mcp_authorisation ADD COLUMN beginning TEXT NOT NULL DEFAULT ''"]
        ),
    ]
}
