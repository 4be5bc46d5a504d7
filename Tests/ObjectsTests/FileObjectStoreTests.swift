import Core
import Foundation
import Objects
import Store
import Testing

@Suite struct FileObjectStoreTests {
    // FIPS 180-2, appendix B.1.
    private static let abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"

    @Test("What is put comes back, with its checksum, version, time and actor")
    func roundTrip() async throws {
        let world = try await ObjectsWorld()
        let version = try await world.put("abc", "plans/a.txt")
        #expect(version.sha256 == Self.abc)
        #expect(version.version == 1)
        #expect(version.size == 3)
        #expect(version.at == world.clock.now())
        #expect(version.actor == world.here.actor)
        #expect(try await world.text("plans/a.txt") == "abc")
        #expect(world.files() == ["ba/\(Self.abc)"])
        let empty = try await world.put("", "empty")
        #expect(empty.size == 0)
        #expect(try await world.text("empty") == "")
    }

    @Test("Every change is a version, the same content again is not")
    func versions() async throws {
        let world = try await ObjectsWorld()
        let key = try ObjectKey("a")
        for (text, expected) in [("one", 1), ("two", 2), ("two", 2), ("one", 3), ("one", 3)] {
            #expect(try await world.put(text, "a").version == expected)
        }
        #expect(try await world.text("a") == "one")
        #expect(try await world.text("a", version: 2) == "two")
        let all = try await world.store.versions(of: key, scope: world.here)
        #expect(all.map(\.version) == [3, 2, 1])
        let page = try await world.store.versions(of: key, before: 3, limit: 1, scope: world.here)
        #expect(page.map(\.version) == [2])
        #expect(world.files().count == 2)
        #expect(await reason { try await world.text("a", version: 4) } == .notFound)
        #expect(await reason { try await world.text("a", version: 0) } == .notFound)
    }

    @Test("A deletion hides the object and keeps its versions")
    func deletion() async throws {
        let world = try await ObjectsWorld()
        try await world.put("one", "a")
        let mark = try await world.delete("a")
        #expect(mark.version == 2)
        #expect(mark.isDeletion)
        #expect(await reason { try await world.text("a") } == .notFound)
        #expect(await reason { try await world.text("a", version: 2) } == .notFound)
        #expect(await reason { try await world.delete("a") } == .notFound)
        #expect(await reason { try await world.delete("never") } == .notFound)
        #expect(try await world.text("a", version: 1) == "one")
        #expect(try await world.store.list(scope: world.here).isEmpty)
        #expect(try await world.put("one", "a").version == 3)
        #expect(try await world.text("a") == "one")
    }

    @Test("An organisation neither sees nor touches another's objects, though bytes are kept once")
    func isolation() async throws {
        let world = try await ObjectsWorld()
        try await world.put("secret", "a")
        let there = world.there
        #expect(await reason { try await world.text("a", scope: there) } == .notFound)
        #expect(await reason { try await world.text("a", version: 1, scope: there) } == .notFound)
        #expect(await reason { try await world.delete("a", scope: there) } == .notFound)
        #expect(try await world.store.list(scope: there).isEmpty)
        #expect(try await world.store.versions(of: ObjectKey("a"), scope: there).isEmpty)
        let same = try await world.put("secret", "a", scope: there)
        #expect(same.version == 1)
        #expect(world.files().count == 1)
        try await world.delete("a", scope: there)
        #expect(try await world.text("a") == "secret")
    }

    @Test("Keys are listed by prefix, in order and page by page")
    func listing() async throws {
        let world = try await ObjectsWorld()
        for key in ["b/2", "a/1", "b/1", "b%1", "B/1", "b/10", "c", "bé"] {
            try await world.put(key, key)
        }
        try await world.put("newer", "b/1")
        let store = world.store
        let all = try await store.list(prefix: "b/", scope: world.here)
        #expect(all.map(\.key) == ["b/1", "b/10", "b/2"])
        #expect(all.map(\.version) == [2, 1, 1])
        let first = try await store.list(prefix: "b/", limit: 2, scope: world.here)
        let last = try await store.list(
            prefix: "b/",
            after: ObjectKey("b/10"),
            limit: 2,
            scope: world.here
        )
        #expect((first + last).map(\.key) == ["b/1", "b/10", "b/2"])
        #expect(try await store.list(prefix: "bé", scope: world.here).map(\.key) == ["bé"])
        #expect(try await store.list(scope: world.here).count == 8)
    }

    @Test(
        "Keys that could be trouble are refused",
        arguments: [
            "", "/a", "a/", "a//b", "..", "../a", "a/..", "a/../b", ".", "a/./b", "a\u{0}b",
            "a\nb", "a\u{7F}b", "a\u{85}b", "a\\b", "\u{10FFFF}",
            String(repeating: "a", count: 513),
            String(repeating: "é", count: 257),
        ]
    )
    func badKeys(text: String) async {
        #expect(await reason { try ObjectKey(text) } == .invalidKey)
    }

    @Test(
        "Ordinary keys are taken",
        arguments: [
            "a", "a..b/.hidden", "loads/2026/11/plan v2.json", "größe/ß.pdf", "...",
            String(repeating: "a", count: 512),
        ]
    )
    func goodKeys(text: String) throws {
        #expect(try ObjectKey(text).text == text)
    }

    @Test(
        "A content type that cannot be a header is refused",
        arguments: ["", "text", "/plain", "text/", "text/plain\r\nX: y", "text/pläin"]
    )
    func contentTypes(type: String) async throws {
        let world = try await ObjectsWorld()
        #expect(await reason { try await world.put("x", "a", type: type) } == .invalidContentType)
    }

    @Test("What is too large is refused before anything is written")
    func tooLarge() async throws {
        let world = try await ObjectsWorld(largest: 10)
        #expect(await reason { try await world.put("12345678901", "a") } == .tooLarge)
        #expect(world.files().isEmpty)
        try await world.put("1234567890", "a")
    }

    @Test("A transaction that fails leaves no version")
    func rolledBack() async throws {
        let world = try await ObjectsWorld()
        let staged = try await world.store.stage(Array("abc".utf8))
        let key = try ObjectKey("a")
        try? await world.database.transaction { [store = world.store, scope = world.here] in
            _ = try store.record(
                staged,
                key: key,
                contentType: "text/plain",
                scope: scope,
                in: $0
            )
            throw CancellationError()
        }
        #expect(await reason { try await world.text("a") } == .notFound)
    }

    @Test("The same content put by many at once is kept once, and each key gets it")
    func concurrency() async throws {
        let world = try await ObjectsWorld()
        let versions = try await withThrowingTaskGroup(of: Int.self) { group in
            for index in 0..<60 {
                group.addTask { try await world.put("shared", "k\(index % 20)").version }
            }
            return try await group.reduce(into: Set<Int>()) { $0.insert($1) }
        }
        #expect(versions == [1])
        #expect(world.files().count == 1)
        #expect(try await world.store.list(scope: world.here).count == 20)
        // Different contents of one key: 30 versions without a gap.
        try await withThrowingTaskGroup(of: Void.self) { group in
            for index in 0..<30 {
                group.addTask { try await world.put("content \(index)", "one") }
            }
            try await group.waitForAll()
        }
        let all = try await world.store.versions(of: ObjectKey("one"), scope: world.here)
        #expect(all.map(\.version) == Array((1...30).reversed()))
        #expect(try await world.store.verify().checked == 31)
    }
}
