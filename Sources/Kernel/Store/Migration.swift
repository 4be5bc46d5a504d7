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
    static func pending(
        _ migrations: [Migration],
        applied: [(module: String, version: Int, checksum: Int64)]
    ) throws(StoreError) -> [Migration] {
        for (module, version, checksum) in applied {
            let known = migrations.filter { $0.module == module }
            guard !known.isEmpty else { continue }
            guard let step = known.first(where: { $0.version == version }) else {
                throw StoreError(
                    .migration,
                    "the database has step \(version) of \(module), which this program does not know: "
                        + "it was written by a newer Weft; start that version instead"
                )
            }
            guard step.checksum == checksum else {
                throw StoreError(
                    .migration,
                    "step \(version) of \(module) (\(step.name)) is not the one that was applied"
                )
            }
        }
        return migrations.filter { step in
            !applied.contains { $0.module == step.module && $0.version == step.version }
        }
    }
}
