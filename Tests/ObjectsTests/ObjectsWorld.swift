import Core
import Foundation
import Objects
import Store
import StoreTesting
import Testing

/// An object store over a folder and a database, with two organisations.
struct ObjectsWorld {
    let folder: ScratchFolder
    let database: any Database
    let clock: ManualClock
    let store: FileObjectStore
    let here = scope(1)
    let there = scope(2)

    init(objects: String? = nil, largest: Int = 1_048_576) async throws {
        folder = try ScratchFolder()
        database = try TestDatabase(path: folder.path + "/weft.db")
        try await database.migrate(ObjectTables.migrations)
        // Files carry the machine's time, so the clock begins there.
        clock = ManualClock(now: SystemClock().now())
        store = try FileObjectStore(
            path: objects ?? folder.path + "/objects",
            database: database,
            clock: clock,
            largest: largest
        )
    }

    private static func scope(_ number: UInt64) -> Scope {
        Scope(
            organisation: ID(high: 0, low: number),
            actor: Actor(id: ID(high: 1, low: number), kind: .person, name: "p\(number)"),
            roles: [],
            trace: TraceContext(random: SeededRandom(seed: number))
        )
    }

    @discardableResult
    func put(
        _ text: String,
        _ key: String,
        type: String = "text/plain",
        scope: Scope? = nil
    ) async throws -> ObjectVersion {
        let staged = try await store.stage(Array(text.utf8))
        let key = try ObjectKey(key)
        return try await database.transaction { [store, here] in
            try store.record(
                staged,
                key: key,
                contentType: type,
                scope: scope ?? here,
                in: $0
            )
        }
    }

    func text(_ key: String, version: Int? = nil, scope: Scope? = nil) async throws -> String {
        let found = try await store.read(ObjectKey(key), version: version, scope: scope ?? here)
        return String(decoding: found.bytes, as: UTF8.self)
    }

    @discardableResult
    func delete(_ key: String, scope: Scope? = nil) async throws -> ObjectVersion {
        let key = try ObjectKey(key)
        return try await database.transaction { [store, here] in
            try store.delete(key, scope: scope ?? here, in: $0)
        }
    }

    /// The file of a content, by the layout that operators are told.
    func file(_ sha256: String?) throws -> String {
        let name = try #require(sha256)
        return folder.path + "/objects/blobs/" + name.prefix(2) + "/" + name
    }

    func files() -> [String] {
        let all = FileManager.default.enumerator(atPath: folder.path + "/objects/blobs")
        return (all?.compactMap { $0 as? String } ?? []).filter { $0.contains("/") }
    }
}

/// The code of the object error that the body throws, nil when it throws none.
func reason(_ body: () async throws -> some Any) async -> ObjectError.Code? {
    do {
        _ = try await body()
        return nil
    } catch {
        return (error as? ObjectError)?.reason
    }
}
