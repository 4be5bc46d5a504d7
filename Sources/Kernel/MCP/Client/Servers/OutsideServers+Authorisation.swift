public import Core
import Identity
public import Store
import Vault

extension OutsideServers {
    /// How long a person's visit to an authorization server may take.
    static let visitLifetime = Duration.seconds(600)

    /// What is known about a server's authorization.
    func memory(
        of id: ID<OutsideServer>,
        in reader: any Reader
    ) throws -> AuthorisationMemory {
        let sealed = try reader.first(
            "SELECT secret FROM mcp_authorisation WHERE server = ?",
            [.id(id)]
        ) { try $0.text(0) }
        guard let sealed else { return AuthorisationMemory() }
        let bytes = try vault.open(sealed, for: "mcp-authorisation:\(id)")
        return AuthorisationMemory(json: try JSON(parsing: bytes))
    }

    /// Keeps what is known; a server that is gone meanwhile keeps nothing.
    func keep(
        _ memory: AuthorisationMemory,
        of server: OutsideServer,
        in transaction: any Transaction
    ) throws {
        let sealed = try vault.seal(memory.json.bytes(), for: "mcp-authorisation:\(server.id)")
        guard
            try transaction.exists("SELECT 1 FROM mcp_server WHERE id = ?", [.id(server.id)])
        else { return }
        try transaction.execute(
            """
            INSERT INTO mcp_authorisation
                (server, organisation, secret, issuer, scopes, expires_at, updated_at)
            VALUES (?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT (server) DO UPDATE SET secret = excluded.secret, issuer = excluded.issuer,
                scopes = excluded.scopes, expires_at = excluded.expires_at,
                updated_at = excluded.updated_at
            """,
            [
                .id(server.id), .id(server.organisation), .text(sealed),
                .text(memory.grant?.issuer), .json(Self.texts(memory.grant?.scopes ?? [])),
                .time(memory.grant?.expiresAt), .time(clock.now()),
            ]
        )
    }

    /// Forgets tokens and registrations.
    func forgetAuthorisation(_ server: OutsideServer, in transaction: any Transaction) throws {
        for table in ["mcp_authorisation", "mcp_visit"] {
            try transaction.execute("DELETE FROM \(table) WHERE server = ?", [.id(server.id)])
        }
    }

    /// Forgets a server's tokens and registrations on somebody's word.
    ///
    /// - Throws: a fault of code `not-found`; `StoreError`.
    public func endAuthorisation(
        _ id: ID<OutsideServer>,
        scope: Scope,
        in transaction: any Transaction
    ) throws {
        let server = try server(id, scope: scope, in: transaction)
        try forgetAuthorisation(server, in: transaction)
        try note("authorisation-ended", server, scope: scope, in: transaction)
    }

    /// Remembers a visit until the person returns.
    func begin(
        _ visit: AuthorisationVisit,
        _ memory: AuthorisationMemory,
        of server: OutsideServer,
        scope: Scope,
        in transaction: any Transaction
    ) throws {
        try keep(memory, of: server, in: transaction)
        let now = clock.now()
        try transaction.execute("DELETE FROM mcp_visit WHERE expires_at < ?", [.time(now)])
        let hash = try Self.hash(visit.state)
        try transaction.execute(
            """
            INSERT INTO mcp_visit (hash, organisation, server, account, secret, expires_at)
            VALUES (?, ?, ?, ?, ?, ?)
            """,
            [
                .text(hash), .id(server.organisation), .id(server.id), .id(scope.actor.id),
                .text(try vault.seal(visit.json.bytes(), for: "mcp-visit:\(hash)")),
                .time(now + Self.visitLifetime),
            ]
        )
        try note(
            "authorisation-begun",
            server,
            ["issuer": .string(visit.issuer)],
            scope: scope,
            in: transaction
        )
    }

    /// The visit that `state` belongs to, which is used up by this.
    ///
    /// Only who began it can end it: whoever is led here by somebody else's link finds nothing.
    func take(
        _ state: String,
        scope: Scope,
        in transaction: any Transaction
    ) throws -> (visit: AuthorisationVisit, server: OutsideServer)? {
        let hash = try Self.hash(state)
        let found = try transaction.first(
            """
            SELECT server, secret FROM mcp_visit
            WHERE hash = ? AND organisation = ? AND account = ? AND expires_at >= ?
            """,
            [
                .text(hash), .id(scope.organisation), .id(scope.actor.id), .time(clock.now()),
            ]
        ) { (server: try $0.id(0, OutsideServer.self), secret: try $0.text(1)) }
        guard let found else { return nil }
        try transaction.execute("DELETE FROM mcp_visit WHERE hash = ?", [.text(hash)])
        let bytes = try vault.open(found.secret, for: "mcp-visit:\(hash)")
        guard let visit = AuthorisationVisit(json: try JSON(parsing: bytes)) else { return nil }
        return (visit, try server(found.server, scope: scope, in: transaction))
    }

    private static func hash(_ state: String) throws -> String {
        Base64.encodeForURL(try Authentication.sha256(Array(state.utf8)))
    }
}

/// Keeps a server's tokens in the store; a person is asked by other ways.
struct StoredKeeper: AuthorisationKeeper {
    let canVisit = false
    let servers: OutsideServers
    let server: OutsideServer
    let database: any Database

    func memory() async throws(OutsideFault) -> AuthorisationMemory {
        do {
            return try await database.read { [servers, server] in
                try servers.memory(of: server.id, in: $0)
            }
        } catch {
            throw Self.ours
        }
    }

    func keep(_ memory: AuthorisationMemory) async throws(OutsideFault) {
        do {
            try await database.transaction { [servers, server] in
                guard try servers.memory(of: server.id, in: $0) != memory else { return }
                try servers.keep(memory, of: server, in: $0)
            }
        } catch {
            throw Self.ours
        }
    }

    func visit(_ visit: AuthorisationVisit) async throws(OutsideFault) -> AuthorisationReturn {
        throw OutsideFault(
            AuthorisationFault(.signInNeeded, "a person must authorise Weft at \(visit.issuer)")
        )
    }

    private static let ours = OutsideFault(
        AuthorisationFault(.ours, "the server's tokens cannot be read or written")
    )
}
