public import Core
import Identity
public import Store
import Vault

extension OutsideServers {
    /// How long a person's visit to an authorization server may take.
    static let visitLifetime = Duration.seconds(600)

    /// What is kept about a server's authorization; empty, and without a beginning, when nothing is.
    func record(
        of id: ID<OutsideServer>,
        in reader: any Reader
    ) throws -> AuthorisationRecord {
        let found = try reader.first(
            "SELECT secret, beginning FROM mcp_authorisation WHERE server = ?",
            [.id(id)]
        ) { (secret: try $0.text(0), beginning: try $0.text(1)) }
        guard let found else { return AuthorisationRecord() }
        let bytes = try vault.open(found.secret, for: "mcp-authorisation:\(id)")
        return AuthorisationRecord(
            memory: AuthorisationMemory(json: try JSON(parsing: bytes)),
            beginning: found.beginning
        )
    }

    /// Keeps what was learnt since `record` was read.
    ///
    /// What others have kept meanwhile stays, and what was ended meanwhile is not brought back: tokens that
    /// were asked for before an administrator ended the authorization must not come after.
    ///
    /// - Returns: what is kept now; nil when that authorization was ended, or its server is gone.
    func keep(
        _ memory: AuthorisationMemory,
        over record: AuthorisationRecord,
        isPersonal: Bool = false,
        of server: OutsideServer,
        in transaction: any Transaction
    ) throws -> AuthorisationRecord? {
        var now = try self.record(of: server.id, in: transaction)
        guard let beginning = now.beginning, beginning == record.beginning else { return nil }
        let merged = now.memory.taking(memory, over: record.memory, isPersonal: isPersonal)
        guard merged != now.memory else { return now }
        now.memory = merged
        try write(now, of: server, in: transaction)
        return now
    }

    /// Begins an authorization when there is none, with registrations and without tokens.
    @discardableResult
    func open(
        _ memory: AuthorisationMemory,
        over record: AuthorisationRecord,
        of server: OutsideServer,
        in transaction: any Transaction
    ) throws -> AuthorisationRecord {
        var now = try self.record(of: server.id, in: transaction)
        if now.beginning == nil {
            now.memory.credentials = memory.credentials
            now.beginning = ids.next(OutsideServer.self).description
        } else {
            now.memory = now.memory.taking(memory, over: record.memory)
        }
        try write(now, of: server, in: transaction)
        return now
    }

    private func write(
        _ record: AuthorisationRecord,
        of server: OutsideServer,
        in transaction: any Transaction
    ) throws {
        let memory = record.memory
        try transaction.execute(
            """
            INSERT INTO mcp_authorisation
                (server, organisation, secret, issuer, scopes, expires_at, updated_at, beginning)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT (server) DO UPDATE SET secret = excluded.secret, issuer = excluded.issuer,
                scopes = excluded.scopes, expires_at = excluded.expires_at,
                updated_at = excluded.updated_at
            """,
            [
                .id(server.id), .id(server.organisation),
                .text(try vault.seal(memory.json.bytes(), for: "mcp-authorisation:\(server.id)")),
                .text(memory.grant?.issuer), .json(Self.texts(memory.grant?.scopes ?? [])),
                .time(memory.grant?.expiresAt), .time(clock.now()), .text(record.beginning),
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
        over record: AuthorisationRecord,
        of server: OutsideServer,
        scope: Scope,
        in transaction: any Transaction
    ) throws {
        // It may have been removed, or moved elsewhere, while its authorization server was asked.
        let present = try self.server(server.id, scope: scope, in: transaction)
        guard present.version == server.version else {
            throw GeneralFault(
                .conflict,
                code: "changed-meanwhile",
                "the server's entry was changed meanwhile; begin again"
            )
        }
        try open(memory, over: record, of: server, in: transaction)
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
    ) throws -> TakenVisit? {
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
        return TakenVisit(
            visit: visit,
            server: try server(found.server, scope: scope, in: transaction),
            record: try record(of: found.server, in: transaction)
        )
    }

    private static func hash(_ state: String) throws -> String {
        Base64.encodeForURL(try Authentication.sha256(Array(state.utf8)))
    }
}

/// A visit that has ended, and what was kept of its server's authorization then.
struct TakenVisit: Sendable {
    var visit: AuthorisationVisit
    var server: OutsideServer
    var record: AuthorisationRecord
}

/// Keeps a server's tokens in the store; a person is asked by other ways.
struct StoredKeeper: AuthorisationKeeper {
    let canVisit = false
    let servers: OutsideServers
    let server: OutsideServer
    let database: any Database

    func record() async throws(OutsideFault) -> AuthorisationRecord {
        do {
            return try await database.read { [servers, server] in
                try servers.record(of: server.id, in: $0)
            }
        } catch {
            throw Self.ours
        }
    }

    func keep(
        _ memory: AuthorisationMemory,
        over record: AuthorisationRecord,
        isPersonal: Bool
    ) async throws(OutsideFault) -> AuthorisationRecord? {
        guard memory != record.memory else { return record }
        do {
            return try await database.transaction { [servers, server] in
                try servers.keep(
                    memory,
                    over: record,
                    isPersonal: isPersonal,
                    of: server,
                    in: $0
                )
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
