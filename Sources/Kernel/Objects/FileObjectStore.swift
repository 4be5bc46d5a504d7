public import Core
public import Store

/// An ``ObjectStore`` whose bytes are files in a folder and whose versions are rows of the store.
///
/// One program at a time may sweep a folder.
public final class FileObjectStore: ObjectStore {
    private let folder: BlobFolder
    private let index: ObjectIndex
    private let clock: any WallClock
    private let largest: Int
    /// All changes of the folder, one at a time, so that a sweep cannot overtake a staging.
    private let changes = WorkerThread()
    private let reads = WorkerThread()

    /// A store in the folder, which is made when it is not there; its tables are
    /// ``ObjectTables/migrations``.
    ///
    /// - Parameters:
    ///   - path: the folder; the one it lies in must exist.
    ///   - database: the store of the versions.
    ///   - clock: what time it is.
    ///   - largest: the most bytes an object may have; default 64 MiB.
    /// - Throws: `ObjectError` of code `io` or `full`.
    public init(
        path: String,
        database: any Database,
        clock: any WallClock,
        largest: Int = 64 * 1_024 * 1_024
    ) throws(ObjectError) {
        folder = try BlobFolder(path: path)
        index = ObjectIndex(database: database, clock: clock)
        self.clock = clock
        self.largest = largest
    }

    deinit {
        changes.close()
        reads.close()
    }

    /// See ``ObjectStore/stage(_:)``.
    public func stage(_ bytes: [UInt8]) async throws -> StagedObject {
        guard bytes.count <= largest else {
            throw ObjectError(
                .tooLarge,
                "an object has at most \(largest) bytes, this one has \(bytes.count)"
            )
        }
        return try await changes.value { [folder, clock] in
            let sha256 = try Checksum.sha256(bytes)
            try folder.put(bytes, sha256: sha256, now: clock.now())
            return StagedObject(sha256: sha256, size: bytes.count)
        }
    }

    /// See ``ObjectStore/record(_:key:contentType:scope:in:)``.
    public func record(
        _ staged: StagedObject,
        key: ObjectKey,
        contentType: String,
        scope: Scope,
        in transaction: any Transaction
    ) throws -> ObjectVersion {
        try Self.check(contentType: contentType)
        guard folder.holds(staged.sha256) else {
            throw ObjectError(.notStaged, "the content of \"\(key)\" has to be staged again")
        }
        return try index.record(
            staged,
            key: key,
            contentType: contentType,
            scope: scope,
            in: transaction
        )
    }

    /// See ``ObjectStore/read(_:version:scope:)``.
    public func read(
        _ key: ObjectKey,
        version: Int? = nil,
        scope: Scope
    ) async throws -> StoredObject {
        let found = try await index.find(key, version: version, scope: scope)
        let bytes = try await reads.value { [folder] in
            guard let sha256 = found.sha256, let bytes = try folder.read(sha256) else {
                throw ObjectError(
                    .corrupt,
                    "the content of \"\(key)\", version \(found.version), is gone"
                )
            }
            guard bytes.count == found.size, try Checksum.sha256(bytes) == sha256 else {
                throw ObjectError(
                    .corrupt,
                    "the content of \"\(key)\", version \(found.version), is damaged"
                )
            }
            return bytes
        }
        return StoredObject(version: found, bytes: bytes)
    }

    /// See ``ObjectStore/newest(of:scope:in:)``.
    public func newest(
        of key: ObjectKey,
        scope: Scope,
        in reader: any Reader
    ) throws -> ObjectVersion? {
        try index.latest(key, scope: scope, in: reader)
    }

    /// See ``ObjectStore/versions(of:before:limit:scope:)``.
    public func versions(
        of key: ObjectKey,
        before version: Int? = nil,
        limit: Int = 100,
        scope: Scope
    ) async throws -> [ObjectVersion] {
        try await index.versions(of: key, before: version, limit: limit, scope: scope)
    }

    /// See ``ObjectStore/list(prefix:after:limit:scope:)``.
    public func list(
        prefix: String = "",
        after key: ObjectKey? = nil,
        limit: Int = 100,
        scope: Scope
    ) async throws -> [ObjectVersion] {
        try await index.list(prefix: prefix, after: key, limit: limit, scope: scope)
    }

    /// See ``ObjectStore/delete(_:scope:in:)``.
    public func delete(
        _ key: ObjectKey,
        scope: Scope,
        in transaction: any Transaction
    ) throws -> ObjectVersion {
        try index.delete(key, scope: scope, in: transaction)
    }

    /// See ``ObjectStore/sweep(olderThan:)``.
    ///
    /// `age` must be longer than any transaction may come after its staging: a day is plenty.
    public func sweep(olderThan age: Duration) async throws -> SweepReport {
        let folder = folder
        let limit = Timestamp(microseconds: clock.now().microseconds - age.microseconds)
        var report = SweepReport()
        for size in try await changes.value({ try folder.removeLeftovers(before: limit) }) {
            report.leftovers += 1
            report.bytes += size
        }
        for prefix in UInt8.min...UInt8.max {
            let old = try await reads.value {
                try folder.contents(of: prefix).filter { folder.isStaged($0, before: limit) }
            }
            for sha256 in old where try await !index.refers(to: sha256) {
                // Its age is looked at once more there: it may have been staged again meanwhile.
                let size = try await changes.value {
                    try folder.remove(sha256, stagedBefore: limit)
                }
                guard let size else { continue }
                report.blobs += 1
                report.bytes += size
            }
        }
        return report
    }

    /// See ``ObjectStore/verify()``.
    public func verify() async throws -> VerifyReport {
        let folder = folder
        var report = VerifyReport()
        for prefix in UInt8.min...UInt8.max {
            for sha256 in try await reads.value({ try folder.contents(of: prefix) }) {
                // Nil: swept since it was listed.
                let sound = try await reads.value { () throws -> Bool? in
                    try folder.read(sha256).map { try Checksum.sha256($0) == sha256 }
                }
                guard let sound else { continue }
                report.checked += 1
                if !sound { report.damaged.append(sha256) }
            }
        }
        var last = ""
        while true {
            let page = try await index.contents(after: last, limit: 500)
            guard let end = page.last else { break }
            last = end
            report.missing += try await reads.value { page.filter { !folder.holds($0) } }
        }
        report.damaged.sort()
        return report
    }

    /// `type/subtype` and parameters in printable ASCII, since it becomes a header.
    private static func check(contentType: String) throws(ObjectError) {
        let bytes = contentType.utf8
        let slash = bytes.firstIndex(of: UInt8(ascii: "/"))
        guard bytes.count <= 128, bytes.allSatisfy({ (0x20...0x7E).contains($0) }), let slash,
            slash != bytes.startIndex, bytes.index(after: slash) != bytes.endIndex
        else {
            throw ObjectError(
                .invalidContentType,
                "expected a media type like application/pdf",
                pointer: "/contentType"
            )
        }
    }
}
