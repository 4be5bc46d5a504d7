public import Core
public import Events
public import Identity
public import Privacy
public import Store

/// Gives out and erases what the installation keeps about a person, over all rooms.
public struct PersonRegister: Sendable {
    private let privacy: Privacy
    private let holders: [any PersonHolder]
    private let audit: AuditLog
    private let events: EventLog
    private let database: any Database
    private let clock: any WallClock
    private let ids: IDGenerator

    /// A store of at most so many bytes is written anew after an erasure: that takes a second or two, in
    /// which nobody else can write.
    public static let rewritten = 256 << 20

    /// A register over the rooms that hold something about persons.
    public init(
        privacy: Privacy,
        holders: [any PersonHolder],
        audit: AuditLog,
        events: EventLog,
        database: any Database,
        clock: any WallClock,
        ids: IDGenerator
    ) {
        self.events = events
        self.ids = ids
        self.privacy = privacy
        self.holders = holders
        self.audit = audit
        self.database = database
        self.clock = clock
    }

    /// Reads `kind:id`; a fault of code `invalid-person` that names the known kinds for anything else.
    public func subject(_ reader: JSONReader) throws(GeneralFault) -> DataSubject {
        let text = try reader.string()
        let kinds = holders.compactMap(\.kind)
        guard let subject = DataSubject(text), kinds.contains(subject.kind) else {
            let forms = kinds.map { "\($0):<id>" }.joined(separator: " or ")
            throw reader.fault(
                "\"\(text.prefix(60))\" is no person; expected \(forms)",
                code: "invalid-person"
            )
        }
        return subject
    }

    private func demand(
        _ subject: DataSubject,
        _ scope: Scope,
        in reader: any Reader
    ) throws {
        for holder in holders where holder.kind == subject.kind {
            if try holder.knows(subject, scope: scope, in: reader) { return }
        }
        throw GeneralFault(
            .notFound,
            code: "person-not-found",
            "there is no \(subject.kind) \(subject.id)"
        )
    }

    // MARK: Export

    /// Everything that is kept about the person, opened: `{"subject","at","key","records"}`.
    ///
    /// That it was given out is noted in the audit log.
    ///
    /// - Throws: a fault of code `person-not-found`, or `StoreError`.
    public func export(_ subject: DataSubject, scope: Scope) async throws -> JSON {
        let now = clock.now()
        let json = try await database.scan { reader in
            try demand(subject, scope, in: reader)
            var records = JSONObject()
            for holder in holders {
                if let found = try holder.export(subject, scope: scope, in: reader) {
                    records[holder.name] = try privacy.open(
                        found,
                        of: scope.organisation,
                        in: reader
                    )
                }
            }
            let key = try privacy.keys.record(of: subject, scope: scope, in: reader)
            return [
                "subject": .string(subject.description), "at": now.json,
                "key": key.map(Self.json) ?? .null, "records": .object(records),
            ] as JSON
        }
        try await database.transaction { [audit] transaction in
            try audit.append(
                "person.exported",
                subject: subject.description,
                scope: scope,
                in: transaction
            )
        }
        return json
    }

    private static func json(_ key: PersonKeys.Record) -> JSON {
        [
            "id": key.id.json, "createdAt": key.createdAt.json,
            "erasedAt": key.erasedAt?.json ?? .null,
        ]
    }

    // MARK: Erasure

    /// Drops the person's key and removes what is kept of them in clear, in one transaction.
    ///
    /// Erasing again is safe: what came since is removed too.
    ///
    /// - Parameters:
    ///   - subject: whom.
    ///   - reason: why, for the audit log; must not say who.
    ///   - scope: who does it.
    ///   - bytes: a larger store is not written anew; default ``rewritten``.
    /// - Returns: the receipt `{"subject","keyId","erasedAt","at","removed":[{"room","what","count"}],
    ///   "log"}`; `log` says whether the store's own files were cleared at once.
    /// - Throws: a fault of code `person-not-found` or `reason-is-personal`; or `StoreError`.
    public func erase(
        _ subject: DataSubject,
        reason: JSONReader,
        scope: Scope,
        rewritingAtMost bytes: Int = Self.rewritten
    ) async throws -> JSON {
        let text = try reason.string(length: 1...500)
        let now = clock.now()
        var receipt = try await database.transaction { transaction in
            try demand(subject, scope, in: transaction)
            for holder in holders {
                for name in try holder.names(of: subject, scope: scope, in: transaction)
                where name.count > 2 && text.lowercased().contains(name.lowercased()) {
                    throw reason.fault(
                        "the reason is kept for good and must not say who the person is",
                        code: "reason-is-personal"
                    )
                }
            }
            var removed: [JSON] = []
            for holder in holders {
                let done = try holder.erase(subject, scope: scope, at: now, in: transaction)
                for (what, count) in done where count > 0 {
                    removed.append([
                        "room": .string(holder.name), "what": .string(what), "count": .int(count),
                    ])
                }
            }
            let key = try privacy.keys.erase(subject, scope: scope, in: transaction)
            try audit.append(
                "person.erased",
                subject: subject.description,
                detail: [
                    "reason": .string(text), "keyId": key.id.json, "removed": .array(removed),
                ],
                scope: scope,
                in: transaction
            )
            // Whoever was given the person's data is told that it is to go (GDPR, article 19).
            try events.append(
                Event(
                    id: ids.next(),
                    source: "weft/person",
                    type: "person.erased",
                    subject: subject.description,
                    time: now,
                    data: ["subject": .string(subject.description), "keyId": key.id.json],
                    scope: scope
                ),
                in: transaction
            )
            return [
                "subject": .string(subject.description), "keyId": key.id.json,
                "erasedAt": (key.erasedAt ?? now).json, "at": now.json,
                "removed": .array(removed),
            ] as JSON
        }
        let isClear = try await privacy.keys.clear(database, rewritingAtMost: bytes)
        receipt["log"] = .string(isClear ? "cleared" : "pending")
        return receipt
    }

    /// Clears the store's files of what was erased, where something stood in the way at the time.
    ///
    /// - Throws: `StoreError`.
    public func clear() async throws {
        _ = try await privacy.keys.clear(database, rewritingAtMost: Self.rewritten)
    }

    /// Lets an erased person be known again, under a new key; nothing comes back.
    ///
    /// - Throws: a fault of code `person-not-erased`, or `StoreError`.
    public func readmit(
        _ subject: DataSubject,
        reason: JSONReader,
        scope: Scope
    ) async throws -> JSON {
        let text = try reason.string(length: 1...500)
        return try await database.transaction { transaction in
            guard try privacy.keys.readmit(subject, scope: scope, in: transaction) else {
                throw GeneralFault(
                    .conflict,
                    code: "person-not-erased",
                    "\(subject) is not erased"
                )
            }
            try audit.append(
                "person.readmitted",
                subject: subject.description,
                detail: ["reason": .string(text)],
                scope: scope,
                in: transaction
            )
            return ["subject": .string(subject.description)]
        }
    }

    /// Who was erased and when, the first first: what is to be erased again after an older backup
    /// was put back.
    ///
    /// - Throws: `StoreError`.
    public func erasures(scope: Scope, in reader: any Reader) throws -> JSON {
        let erased = try privacy.keys.erased(scope: scope, in: reader)
        return [
            "erasures": .array(
                erased.map { ["subject": .string($0.subject.description), "erasedAt": $0.at.json] }
            )
        ]
    }
}
