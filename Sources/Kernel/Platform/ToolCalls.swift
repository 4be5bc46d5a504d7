public import Agents
public import Core
public import Privacy
public import Store
import Vault

/// Calls tools for whoever stands outside: authority, input, idempotency, one transaction.
///
/// Routes and the Model Context Protocol share it, and with it the keys by which repetitions are known.
public struct ToolCalls: Sendable {
    /// The tools.
    public let registry: ToolRegistry
    /// What they read and change.
    public let database: any Database
    private let clock: any WallClock
    private let ids: IDGenerator
    private let checksOutput: Bool
    private let privacy: Privacy?

    /// Calls of the tools of `registry`.
    ///
    /// - Parameters:
    ///   - registry: the tools.
    ///   - database: what they read and change.
    ///   - clock: the time.
    ///   - ids: makes ids.
    ///   - checksOutput: whether every answer is checked against its tool's schema, and one that does
    ///     not fit becomes an error of ours; for tests and debugging. Default false.
    ///   - privacy: opens what is sealed in answers; nil where nothing is.
    public init(
        registry: ToolRegistry,
        database: any Database,
        clock: any WallClock,
        ids: IDGenerator,
        checksOutput: Bool = false,
        privacy: Privacy? = nil
    ) {
        self.registry = registry
        self.database = database
        self.clock = clock
        self.ids = ids
        self.checksOutput = checksOutput
        self.privacy = privacy
    }

    /// Calls a tool to its end.
    ///
    /// - Parameters:
    ///   - tool: the tool.
    ///   - input: what it takes.
    ///   - scope: on whose authority.
    ///   - key: what tells repetitions of one call from two calls; 1 to 200 characters.
    ///   - way: by which way the call came; the same key by another way is another request.
    ///   - expected: the version that is to be changed.
    /// - Returns: what the tool answers, with what is sealed in it opened.
    /// - Throws: a fault of code `invalid-idempotency-key` or `idempotency-key-reused`; as
    ///   ``ToolRegistry/prepare(_:input:invocation:database:)``.
    public func call(
        _ tool: Tool,
        _ input: JSON,
        _ scope: Scope,
        key: String? = nil,
        way: @autoclosure () -> String,
        expected: ExpectedVersion? = nil
    ) async throws -> JSONText {
        let key = try key.map(Self.checked)
        let invocation = Invocation(
            scope: scope,
            now: clock.now(),
            // A query has no effect that a key could tell apart.
            key: key ?? (tool.effect == .read ? "" : scope.trace.description),
            ids: ids,
            expected: expected
        )
        var output: JSONText
        if let key, tool.effect == .write {
            output = try await once(tool, input, invocation, key, way())
        } else {
            output = try await plain(tool, input, invocation)
        }
        if let privacy {
            output = try await privacy.open(output, of: scope.organisation, from: database)
        }
        if checksOutput { try Self.check(output, tool) }
        return output
    }

    private func prepared(
        _ tool: Tool,
        _ input: JSON,
        _ invocation: Invocation
    ) async throws -> Prepared<JSONText> {
        try await registry.prepareText(
            tool.name,
            input: input,
            invocation: invocation,
            database: database
        )
    }

    private func plain(
        _ tool: Tool,
        _ input: JSON,
        _ invocation: Invocation
    ) async throws -> JSONText {
        switch try await prepared(tool, input, invocation) {
        case .done(let output): return output
        case .commit(let commit): return try await database.transaction(commit)
        }
    }

    private func once(
        _ tool: Tool,
        _ input: JSON,
        _ invocation: Invocation,
        _ key: String,
        _ way: String
    ) async throws -> JSONText {
        let scope = invocation.scope
        let print = try Self.fingerprint(way, input)
        if let known = try await database.read({ try earlier(key, print, scope, in: $0) }) {
            return known
        }
        guard case .commit(let commit) = try await prepared(tool, input, invocation) else {
            throw GeneralFault(.internal, code: "no-change", "\(tool.name) made no change")
        }
        return try await database.transaction { transaction in
            if let known = try earlier(key, print, scope, in: transaction) { return known }
            let output = try commit(transaction)
            try transaction.execute(
                """
                INSERT INTO idempotency (organisation, account, key, request, output, at, person)
                VALUES (?, ?, ?, ?, ?, ?, ?)
                """,
                [
                    .id(scope.organisation), .id(scope.actor.id), .text(key), .text(print),
                    .json(output), .time(invocation.now),
                    .text(privacy?.subject(of: output, at: .output(tool.name))?.description),
                ]
            )
            return output
        }
    }

    /// What was answered to the same key before.
    private func earlier(
        _ key: String,
        _ print: String,
        _ scope: Scope,
        in reader: any Reader
    ) throws -> JSONText? {
        let found = try reader.first(
            """
            SELECT request, output FROM idempotency
            WHERE organisation = ? AND account = ? AND key = ?
            """,
            [.id(scope.organisation), .id(scope.actor.id), .text(key)]
        ) { (request: try $0.text(0), output: JSONText(trusted: Array(try $0.text(1).utf8))) }
        guard let found else { return nil }
        guard found.request == print else {
            throw GeneralFault(
                .invalid,
                code: "idempotency-key-reused",
                "this Idempotency-Key was used before with another request; use a new key"
            )
        }
        return found.output
    }

    private static func checked(_ key: String) throws(GeneralFault) -> String {
        guard (1...200).contains(key.utf8.count) else {
            throw GeneralFault(
                .invalid,
                code: "invalid-idempotency-key",
                "an Idempotency-Key has 1 to 200 characters"
            )
        }
        return key
    }

    /// The request as it matters, by its SHA-256: its way and the canonical input.
    private static func fingerprint(_ way: String, _ input: JSON) throws -> String {
        let text = way + " " + input.text(.canonical)
        return Base64.encodeForURL(try Authentication.sha256(Array(text.utf8)))
    }

    private static func check(_ output: JSONText, _ tool: Tool) throws {
        guard let first = tool.output.violations(of: try output.value()).first else { return }
        throw GeneralFault(
            .internal,
            code: "untrue-output",
            "\(tool.name) answers what its schema does not allow: \(first.pointer): \(first.message)"
        )
    }

    /// Forgets answers older than a day.
    ///
    /// - Throws: `StoreError`.
    public func forgetOldKeys() async throws {
        let limit = clock.now() + .seconds(-86_400)
        try await database.transaction {
            try $0.execute("DELETE FROM idempotency WHERE at < ?", [.time(limit)])
        }
    }
}
