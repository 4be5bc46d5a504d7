public import Core
public import Store

extension AuditLog {
    private static let page = 1_000

    /// Chains the entries of organisations that have no head yet: those of before there were chains.
    ///
    /// To be called at each start, before anything is appended. Entries that somebody adds without a hash
    /// later are not taken up; ``verify(_:noted:in:)`` finds them.
    ///
    /// - Throws: `StoreError`.
    public func adopt() async throws {
        let waiting = try await database.query(
            """
            SELECT DISTINCT organisation FROM identity_audit
            WHERE organisation NOT IN (SELECT organisation FROM identity_audit_head)
            """,
            []
        ) { try $0.id(0, Organisation.self) }
        for organisation in waiting {
            try await database.transaction { transaction in
                try adopt(organisation, in: transaction)
            }
        }
    }

    private func adopt(
        _ organisation: ID<Organisation>,
        in transaction: any Transaction
    ) throws {
        var head = try head(of: organisation, in: transaction)
        guard head.seq == 0 else { return }
        var last: Int64 = 0
        while true {
            let rows = try transaction.query(
                """
                SELECT 0, at, actor, on_behalf_of, action, subject, outcome, detail, trace, '', seq
                FROM identity_audit WHERE organisation = ? AND seq > ? ORDER BY seq LIMIT ?
                """,
                [.id(organisation), .int(last), .int(Self.page)]
            ) { (entry: try AuditEntry.read($0), row: try $0.int(10)) }
            for (found, row) in rows {
                var entry = found
                entry.seq = head.seq + 1
                entry.hash = try AuditChain.hash(
                    entry.content(of: organisation),
                    after: head.hash
                )
                try transaction.execute(
                    "UPDATE identity_audit SET number = ?, hash = ? WHERE seq = ?",
                    [.int(entry.seq), .text(entry.hash), .int(row)]
                )
                head = AuditChain.Head(seq: entry.seq, hash: entry.hash)
                last = row
            }
            guard rows.count == Self.page else { break }
        }
        if head.seq > 0 { try keep(head, of: organisation, in: transaction) }
    }

    /// Checks an organisation's whole log.
    ///
    /// - Parameters:
    ///   - organisation: whose.
    ///   - noted: heads that were noted elsewhere and must be in the chain.
    ///   - reader: the snapshot.
    /// - Returns: how far the log is whole, and where it breaks.
    /// - Throws: `StoreError`.
    public static func verify(
        _ organisation: ID<Organisation>,
        noted: [AuditChain.Head] = [],
        in reader: any Reader
    ) throws -> AuditFile.Report {
        var chain = AuditChain(noted: noted)
        try pages(of: organisation, in: reader) { number, read in
            do {
                let entry = try read()
                chain.take(entry.content(of: organisation), seq: number, hash: entry.hash)
            } catch {
                chain.report(number, "entry \(number) cannot be read")
            }
            return chain.broken == nil
        }
        let loose = try reader.exists(
            """
            SELECT 1 FROM identity_audit
            WHERE organisation = ? AND (number IS NULL OR hash IS NULL OR number < 1)
            """,
            [.id(organisation)]
        )
        if loose {
            chain.report(chain.head.seq + 1, "there are entries that were put in without a hash")
        }
        let kept = try reader.first(
            "SELECT number, hash FROM identity_audit_head WHERE organisation = ?",
            [.id(organisation)]
        ) { AuditChain.Head(seq: try $0.int(0), hash: try $0.text(1)) }
        if kept == nil, chain.head.seq > 0 {
            chain.report(chain.head.seq, "the head that is kept beside the log is missing")
        }
        chain.end(kept: kept)
        return AuditFile.Report(
            organisation: organisation.description,
            head: chain.head,
            broken: chain.broken
        )
    }

    /// Whether an organisation's log has the entry that was noted.
    ///
    /// - Throws: `StoreError`.
    public static func contains(
        _ noted: AuditChain.Head,
        of organisation: ID<Organisation>,
        in reader: any Reader
    ) throws -> Bool {
        try reader.exists(
            "SELECT 1 FROM identity_audit WHERE organisation = ? AND number = ? AND hash = ?",
            [.id(organisation), .int(noted.seq), .text(noted.hash)]
        )
    }

    /// The organisations that have a log or a head.
    ///
    /// - Throws: `StoreError`.
    public static func organisations(in reader: any Reader) throws -> [ID<Organisation>] {
        try reader.query(
            """
            SELECT organisation FROM identity_audit_head
            UNION SELECT organisation FROM identity_audit ORDER BY 1
            """,
            []
        ) { try $0.id(0) }
    }

    /// The head of every organisation's log: to be noted where the log's keeper cannot write.
    ///
    /// - Throws: `StoreError`.
    public func heads() async throws -> [(organisation: ID<Organisation>, head: AuditChain.Head)] {
        try await database.query(
            "SELECT organisation, number, hash FROM identity_audit_head ORDER BY organisation",
            []
        ) { (try $0.id(0), AuditChain.Head(seq: try $0.int(1), hash: try $0.text(2))) }
    }

    /// Gives the lines of an export of an organisation's log, the last one with its head.
    ///
    /// - Throws: `StoreError`, or what `line` throws.
    public static func export(
        _ organisation: ID<Organisation>,
        at moment: Timestamp,
        in reader: any Reader,
        line: (JSON) throws -> Void
    ) throws {
        var head = AuditChain.Head(seq: 0, hash: AuditChain.genesis)
        try pages(of: organisation, in: reader) { _, read in
            let entry = try read()
            head = AuditChain.Head(seq: entry.seq, hash: entry.hash)
            try line(entry.exported(of: organisation))
            return true
        }
        try line(AuditFile.end(of: organisation, head: head, at: moment))
    }

    /// Goes through a log in order until `body` answers false.
    private static func pages(
        of organisation: ID<Organisation>,
        in reader: any Reader,
        _ body: (Int64, () throws -> AuditEntry) throws -> Bool
    ) throws {
        var last: Int64 = 0
        while true {
            let rows = try reader.query(
                """
                SELECT \(AuditEntry.columns) FROM identity_audit
                WHERE organisation = ? AND number > ? ORDER BY number LIMIT ?
                """,
                [.id(organisation), .int(last), .int(page)]
            ) { row in
                (number: try row.int(0), entry: Result { try AuditEntry.read(row) })
            }
            for row in rows {
                last = row.number
                guard try body(row.number, row.entry.get) else { return }
            }
            guard rows.count == page else { return }
        }
    }
}
