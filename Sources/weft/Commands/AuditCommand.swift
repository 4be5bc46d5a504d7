import Core
import Glibc
import Identity
import Platform
import Store

/// `weft audit`: checks and exports the audit log, also beside a running server.
enum AuditCommand {
    static let usage = """
        usage: weft audit verify [--from FILE] [--head SEQ:HASH] [--organisation NAME]
                                 [--data DIR] [--config FILE]
               weft audit export [--organisation NAME] [--data DIR] [--config FILE]
          verify              check every hash; exit 1 and name the first entry that is not what it was
          --from FILE         check an export instead of the store; - is standard input
          --head SEQ:HASH     the log must contain this entry, which was noted earlier: the start and
                              every backup print the heads. Nothing else shows that the end was cut off
          --organisation NAME one organisation's log instead of all
          export              one line of JSON for each entry, for --from or other programs
        verify prints {"ok","logs":[{"organisation","ok","entries","head","brokenAt","why"}]}.
        """

    static func verify(_ arguments: [String]) async -> Int32 {
        await exitCode(of: { try await check(arguments) }, usage: usage)
    }

    static func export(_ arguments: [String]) async -> Int32 {
        await exitCode(of: { try await write(arguments) }, usage: usage)
    }

    private static func check(_ arguments: [String]) async throws {
        let options = try CommandOptions(
            arguments,
            valued: ["--from", "--head", "--organisation", "--data", "--config"]
        )
        try options.expectNoWords()
        let noted = try options.values["--head"].map { text throws(UsageError) in
            guard let head = AuditChain.Head(text) else {
                throw UsageError("--head is SEQ:HASH, a number and 64 hexadecimal digits")
            }
            return head
        }
        let reports: [AuditFile.Report]
        if let file = options.values["--from"] {
            reports = try AuditFile.verify(
                WholeFile.read(file, limit: 1 << 30),
                noted: noted.map { [$0] } ?? []
            )
        } else {
            reports = try await withStore(options) { database in
                try await stored(options.values["--organisation"], noted, in: database)
            }
        }
        let broken = reports.filter { $0.broken != nil }
        let result: JSON = [
            "ok": .bool(broken.isEmpty), "logs": .array(reports.map(\.json)),
        ]
        say(result.text(.pretty))
        guard let first = broken.first, let found = first.broken else { return }
        throw GeneralFault(
            .conflict,
            code: "audit-broken",
            "the audit log of \(first.organisation) is not whole: \(found.why)"
        )
    }

    private static func stored(
        _ name: String?,
        _ noted: AuditChain.Head?,
        in database: any Database
    ) async throws -> [AuditFile.Report] {
        try await database.scan { reader in
            let all = try organisations(name, in: reader)
            let reports = try all.map { try AuditLog.verify($0, in: reader) }
            guard let noted else { return reports }
            // Of several logs the noted entry must be in one.
            let held = try all.contains { organisation in
                try AuditLog.contains(noted, of: organisation, in: reader)
            }
            guard !held else { return reports }
            return try all.map { try AuditLog.verify($0, noted: [noted], in: reader) }
        }
    }

    private static func write(_ arguments: [String]) async throws {
        let options = try CommandOptions(
            arguments,
            valued: ["--organisation", "--data", "--config"]
        )
        try options.expectNoWords()
        try await withStore(options) { database in
            try await database.scan { reader in
                for organisation in try organisations(options.values["--organisation"], in: reader)
                {
                    try AuditLog.export(
                        organisation,
                        at: SystemClock().now(),
                        in: reader
                    ) { say($0.text()) }
                }
            }
        }
    }

    private static func organisations(
        _ name: String?,
        in reader: any Reader
    ) throws -> [ID<Organisation>] {
        guard let name else { return try AuditLog.organisations(in: reader) }
        let found = try reader.first(
            "SELECT id FROM identity_organisation WHERE name = ?",
            [.text(name)]
        ) { try $0.id(0, Organisation.self) }
        guard let found else {
            throw GeneralFault(
                .notFound,
                code: "organisation-not-found",
                "there is no organisation \"\(name)\""
            )
        }
        return [found]
    }

    /// Opens the store alone and changes nothing: what is to be checked must not be mended first.
    private static func withStore<Value>(
        _ options: CommandOptions,
        _ body: (any Database) async throws -> Value
    ) async throws -> Value {
        let configuration = try ConfigurationFile.load(options)
        try await StoreComposition.requireData(configuration)
        let folder = configuration.text("data.folder") ?? "weft-data"
        let database = try StoreComposition.open(configuration, file: folder + "/weft.db")
        defer { database.close() }
        let chained = try await database.query(
            "SELECT 1 FROM weft_migration WHERE module = 'identity' AND version >= 2",
            []
        ) { _ in true }
        guard !chained.isEmpty else {
            throw GeneralFault(
                .conflict,
                code: "no-audit-chain",
                "the data is of an older Weft, whose audit log had no hashes; start it once"
            )
        }
        return try await body(database)
    }
}
