import Core
import Foundation
import Objects
import Store
import StoreTesting
import Testing

@Suite struct ObjectDurabilityTests {
    enum Damage: CaseIterable {
        case bit, truncated, grown, gone
    }

    @Test(
        "Damage is told, never given out, found by verify, and healed by staging again",
        arguments: Damage.allCases
    )
    func damage(_ damage: Damage) async throws {
        let world = try await ObjectsWorld()
        let version = try await world.put("precious", "a")
        try await world.put("other", "b")
        let path = try world.file(version.sha256)
        var bytes = try Data(contentsOf: URL(fileURLWithPath: path))
        switch damage {
        case .bit: bytes[3] ^= 0x10
        case .truncated: bytes.removeLast()
        case .grown: bytes.append(0)
        case .gone: break
        }
        if damage == .gone {
            try FileManager.default.removeItem(atPath: path)
        } else {
            try bytes.write(to: URL(fileURLWithPath: path))
        }
        #expect(await reason { try await world.text("a") } == .corrupt)
        #expect(try await world.text("b") == "other")
        let sha256 = try #require(version.sha256)
        let report = try await world.store.verify()
        #expect(report.damaged == (damage == .gone ? [] : [sha256]))
        #expect(report.missing == (damage == .gone ? [sha256] : []))
        #expect(!report.isSound)
        _ = try await world.store.stage(Array("precious".utf8))
        #expect(try await world.text("a") == "precious")
        #expect(try await world.store.verify().isSound)
    }

    @Test("A sweep takes what nobody refers to and what a crash left, but nothing young")
    func sweep() async throws {
        let world = try await ObjectsWorld()
        try await world.put("kept", "a")
        try await world.put("deleted", "b")
        try await world.delete("b")
        _ = try await world.store.stage(Array("orphan".utf8))
        let leftover = world.folder.path + "/objects/staging/1-2"
        try Data("half a file".utf8).write(to: URL(fileURLWithPath: leftover))
        #expect(try await world.store.list(scope: world.here).map(\.key) == ["a"])
        let early = try await world.store.sweep(olderThan: .seconds(86_400))
        #expect(early.blobs + early.leftovers == 0)
        world.clock.advance(by: .seconds(2 * 86_400))
        _ = try await world.store.stage(Array("young".utf8))
        let report = try await world.store.sweep(olderThan: .seconds(86_400))
        #expect(report.blobs == 1)
        #expect(report.leftovers == 1)
        // "orphan" has 6 bytes, "half a file" 11.
        #expect(report.bytes == 17)
        #expect(!FileManager.default.fileExists(atPath: leftover))
        #expect(try await world.text("a") == "kept")
        #expect(try await world.text("b", version: 1) == "deleted")
        #expect(world.files().count == 3)
    }

    @Test("Staging an old orphan again makes it young, and a swept one cannot be recorded")
    func restaging() async throws {
        let world = try await ObjectsWorld()
        let staged = try await world.store.stage(Array("orphan".utf8))
        world.clock.advance(by: .seconds(2 * 86_400))
        #expect(try await world.store.stage(Array("orphan".utf8)) == staged)
        #expect(try await world.store.sweep(olderThan: .seconds(86_400)).blobs == 0)
        world.clock.advance(by: .seconds(2 * 86_400))
        #expect(try await world.store.sweep(olderThan: .seconds(86_400)).blobs == 1)
        let key = try ObjectKey("a")
        let found = await reason {
            try await world.database.transaction { [store = world.store, scope = world.here] in
                try store.record(
                    staged,
                    key: key,
                    contentType: "text/plain",
                    scope: scope,
                    in: $0
                )
            }
        }
        #expect(found == .notStaged)
    }

    @Test("Objects are there after a restart")
    func restart() async throws {
        let world = try await ObjectsWorld()
        try await world.put("kept", "a")
        let again = try FileObjectStore(
            path: world.folder.path + "/objects",
            database: world.database,
            clock: world.clock
        )
        let found = try await again.read(ObjectKey("a"), scope: world.here)
        #expect(found.bytes == Array("kept".utf8))
    }

    @Test("A folder that cannot be made is a clear error")
    func missingFolder() async {
        #expect(await reason { try await ObjectsWorld(objects: "/nowhere/at/all") } == .io)
    }

    @Test(
        "A full disk is a typed error, leaves no half file, and heals",
        .enabled(if: SmallDisk.possible, "needs root and tmpfs to mount a small file system")
    )
    func fullDisk() async throws {
        let disk = try SmallDisk(kibibytes: 256)
        let path = disk.path + "/objects"
        let world = try await ObjectsWorld(objects: path)
        try await world.put("before", "a")
        let large = String(repeating: "x", count: 400_000)
        do {
            try await world.put(large, "b")
            Issue.record("the disk took more than it has")
        } catch let error as ObjectError {
            #expect(error.reason == .full)
            #expect(error.kind == .unavailable)
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: path + "/staging").isEmpty)
        #expect(try await world.text("a") == "before")
        #expect(await reason { try await world.text("b") } == .notFound)
        try disk.grow(kibibytes: 2_048)
        try await world.put(large, "b")
        #expect(try await world.text("b") == large)
    }
}
