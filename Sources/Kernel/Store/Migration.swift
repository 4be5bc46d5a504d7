import Core

/// One step of a module's tables, applied once and never changed afterwards.
public struct Migration: Sendable {
    /// The module whose tables these are, for instance `events`.
    public var module: String
    /// The step's number within the module, from 1 without gaps.
    public var version: Int
    /// What the step does, in a few words.
    public var name: String
    /// The statements; `IDENTITY` stands for the dialect's ascending integer primary key.
    public var statements: [String]

    /// A step.
    public init(_ module: String, _ version: Int, _ name: String, _ statements: [String]) {
        self.module = module
        self.version = version
        self.name = name
        self.statements = statements
    }

    /// FNV-1a of the statements, to notice an applied step that was edited.
    var checksum: Int64 {
        Int64(bitPattern: fnv1a64(statements.joined(separator: ";").utf8))
    }

    /// What is to be applied, given what the database says was applied.
    ///
    /// - Throws: `StoreError` of code `migration` when the database is newer than the program, or an
    ///   applied migration was changed since.
    public static func pending(
        _ migrations: [Migration],
        applied: [AppliedMigration]
    ) throws(StoreError) -> [Migration] {
        for past in applied {
            let known = migrations.filter { $0.module == past.module }
            guard !known.isEmpty else { continue }
            guard let step = known.first(where: { $0.version == past.version }) else {
                throw StoreError(
                    .migration,
                    "the database has step \(past.version) of \(past.module), which this program does not know: "
                        + "it was written by a newer Weft; start that version instead"
                )
            }
            guard step.checksum == past.checksum else {
                throw StoreError(
                    .migration,
                    "step \(past.version) of \(past.module) (\(step.name)) is not the one that was applied"
                )
            }
        }
        return migrations.filter { step in
            !applied.contains { $0.module == step.module && $0.version == step.version }
        }
    }
}

/// A step that was applied to a database.
public struct AppliedMigration: Sendable, Hashable {
    /// The module whose tables these are.
    public var module: String
    /// The step's number within the module.
    public var version: Int
    /// What the step does.
    public var name: String
    /// A check sum of the statements.
    public var checksum: Int64

    /// Reads a row of `module, version, name, checksum`.
    init(row: any Row) throws(StoreError) {
        module = try row.text(0)
        version = Int(try row.int(1))
        name = try row.text(2)
        checksum = try row.int(3)
    }
}
