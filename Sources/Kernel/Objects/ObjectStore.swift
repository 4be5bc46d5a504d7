public import Core
public import Store

/// Files of an organisation, each with its versions and checksum, whatever keeps their bytes.
///
/// Putting an object has two halves: ``stage(_:)`` brings the bytes to safety, outside any transaction
/// and as often as one likes; ``record(_:key:contentType:scope:in:)`` makes them a version of a key,
/// together with whatever else the transaction does.
public protocol ObjectStore: Sendable {
    /// Brings bytes to safety; the same bytes are kept once.
    ///
    /// - Throws: `ObjectError` of code `tooLarge`, `full` or `io`.
    func stage(_ bytes: [UInt8]) async throws -> StagedObject

    /// Makes staged bytes the newest version of a key; the version that is there when the newest one
    /// has the same bytes.
    ///
    /// - Throws: `ObjectError` of code `invalidContentType` or `notStaged`; `StoreError`.
    func record(
        _ staged: StagedObject,
        key: ObjectKey,
        contentType: String,
        scope: Scope,
        in transaction: any Transaction
    ) throws -> ObjectVersion

    /// Gives back a version, the newest when none is named, after checking every byte.
    ///
    /// - Throws: `ObjectError` of code `notFound`, `corrupt` or `io`; `StoreError`.
    func read(_ key: ObjectKey, version: Int?, scope: Scope) async throws -> StoredObject

    /// The newest version of a key, which may be a deletion; nil when there never was one.
    ///
    /// - Throws: `StoreError`.
    func newest(of key: ObjectKey, scope: Scope, in reader: any Reader) throws -> ObjectVersion?

    /// The versions of a key, newest first, deletions among them; empty when there is no such key.
    ///
    /// - Throws: `StoreError`.
    func versions(
        of key: ObjectKey,
        before version: Int?,
        limit: Int,
        scope: Scope
    ) async throws -> [ObjectVersion]

    /// The newest versions of the keys that begin with `prefix` and are not deleted, by key.
    ///
    /// - Throws: `StoreError`.
    func list(
        prefix: String,
        after key: ObjectKey?,
        limit: Int,
        scope: Scope
    ) async throws -> [ObjectVersion]

    /// Marks a key as deleted; earlier versions stay readable by number.
    ///
    /// - Throws: `ObjectError` of code `notFound`; `StoreError`.
    func delete(_ key: ObjectKey, scope: Scope, in transaction: any Transaction) throws
        -> ObjectVersion

    /// Removes bytes that no version refers to and that nobody staged within `age`, and what crashes
    /// left behind.
    ///
    /// - Throws: `ObjectError` of code `io`; `StoreError`.
    func sweep(olderThan age: Duration) async throws -> SweepReport

    /// Checks every byte that is kept, and that all that is referred to is there.
    ///
    /// - Throws: `ObjectError` of code `io`; `StoreError`.
    func verify() async throws -> VerifyReport
}

/// Bytes that are safe on the disk and wait to be recorded.
public struct StagedObject: Sendable, Hashable {
    /// SHA-256 in hexadecimal.
    public let sha256: String
    /// How many bytes.
    public let size: Int
}

/// One version of an object, or its deletion.
public struct ObjectVersion: Sendable, Hashable {
    /// The key.
    public var key: String
    /// 1 for the first.
    public var version: Int
    /// SHA-256 of the content in hexadecimal; nil for a deletion.
    public var sha256: String?
    /// How many bytes.
    public var size: Int
    /// The media type, for instance `application/pdf`.
    public var contentType: String
    /// When it was recorded.
    public var at: Timestamp
    /// Who recorded it.
    public var actor: Actor

    /// Whether this is the mark of a deletion.
    public var isDeletion: Bool { sha256 == nil }

    /// The version with camelCase members.
    public var json: JSON {
        [
            "key": .string(key), "version": .int(version), "sha256": .optional(sha256),
            "size": .int(size), "contentType": .string(contentType), "at": at.json,
            "actor": actor.json, "deleted": .bool(isDeletion),
        ]
    }
}

/// A version with its bytes, which were checked.
public struct StoredObject: Sendable {
    /// The version.
    public let version: ObjectVersion
    /// The content.
    public let bytes: [UInt8]
}

/// What a sweep removed.
public struct SweepReport: Sendable, Hashable {
    /// How many contents that nothing refers to.
    public var blobs = 0
    /// How many unfinished files.
    public var leftovers = 0
    /// How many bytes in all.
    public var bytes: Int64 = 0
}

/// What a check of all contents found.
public struct VerifyReport: Sendable, Hashable {
    /// How many contents were read.
    public var checked = 0
    /// The SHA-256 of contents whose bytes changed.
    public var damaged: [String] = []
    /// The SHA-256 of contents that versions refer to and that are gone.
    public var missing: [String] = []

    /// Whether all is well.
    public var isSound: Bool { damaged.isEmpty && missing.isEmpty }
}
