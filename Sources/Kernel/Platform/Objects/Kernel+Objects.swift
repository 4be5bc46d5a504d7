public import Agents
public import Core
public import Objects
import Store

extension Kernel {
    /// Keeps bytes as the newest version of an object, and tells it in the log as `object.stored`.
    ///
    /// The same bytes as the newest version's make no new version and no event.
    ///
    /// - Parameters:
    ///   - bytes: the content, at most 64 MiB.
    ///   - key: the object's name.
    ///   - contentType: the media type.
    ///   - expected: which version must be there; nil for any or none.
    ///   - scope: who keeps it.
    /// - Returns: the version that has the content now, and whether it was made by this.
    /// - Throws: `ObjectError`; a fault of code `version-mismatch`; `StoreError`.
    public func keep(
        _ bytes: [UInt8],
        as key: ObjectKey,
        contentType: String,
        expected: ExpectedVersion? = nil,
        scope: Scope
    ) async throws -> (version: ObjectVersion, isNew: Bool) {
        let staged = try await objects.stage(bytes)
        let invocation = Invocation(scope: scope, now: clock.now(), key: "", ids: ids)
        return try await database.transaction { transaction in
            let before = try objects.newest(of: key, scope: scope, in: transaction)
            try expected?.check(before?.version ?? 0, of: "the object \"\(key)\"")
            let version = try objects.record(
                staged,
                key: key,
                contentType: contentType,
                scope: scope,
                in: transaction
            )
            let isNew = version.version != before?.version
            if isNew { try emit("object.stored", version, by: invocation, in: transaction) }
            return (version, isNew)
        }
    }

    /// Tells in the log what happened to an object.
    func emit(
        _ type: String,
        _ version: ObjectVersion,
        by invocation: Invocation,
        in transaction: any Transaction
    ) throws {
        var data: JSON = [
            "key": .string(version.key), "version": .int(version.version),
            "size": .int(version.size), "contentType": .string(version.contentType),
        ]
        data["sha256"] = version.sha256.map { .string($0) }
        try emit(type, about: "object:\(version.key)", data, by: invocation, in: transaction)
    }
}
