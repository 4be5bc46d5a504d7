public import Core
public import Store

extension Approvals {
    /// Which approvals a list shows.
    public struct Filter: Sendable {
        /// Only those in this state; nil for all.
        public var status: String?
        /// Only those that something of this kind waits for; nil for all.
        public var kind: Approval.Kind?
        /// Only those of this agent's calls; nil for all.
        public var agent: String?
        /// Only those of this execution; nil for all.
        public var execution: String?
        /// Whether to show only what the reader may decide, or has decided.
        public var isMine: Bool

        /// A filter; everything without arguments.
        public init(
            status: String? = nil,
            kind: Approval.Kind? = nil,
            agent: String? = nil,
            execution: String? = nil,
            isMine: Bool = false
        ) {
            self.status = status
            self.kind = kind
            self.agent = agent
            self.execution = execution
            self.isMine = isMine
        }
    }

    /// What approvals can be sorted by.
    public static let sortable: [ListQuery.Column] = [
        .init("requestedAt", "requested_at", isNumber: true), .init("title", "title"),
    ]

    /// One page of approvals, and the cursor of the next.
    ///
    /// - Parameters:
    ///   - filter: which.
    ///   - query: order and page.
    ///   - scope: whose.
    ///   - reader: the state to read.
    /// - Returns: the approvals, with what is sealed in them opened.
    /// - Throws: `StoreError`.
    public func page(
        _ filter: Filter,
        _ query: ListQuery,
        scope: Scope,
        in reader: any Reader
    ) throws -> (items: [Approval], next: JSON) {
        var rows = RowFilter("organisation = ?", [.id(scope.organisation)])
        rows.add("state = ?", ifAny: .text(filter.status))
        rows.add("kind = ?", ifAny: .text(filter.kind?.rawValue))
        rows.add("agent = ?", ifAny: .text(filter.agent))
        rows.add("execution = ?", ifAny: .text(filter.execution))
        if filter.isMine { try restrict(&rows, to: scope, in: reader) }
        let page = try query.page(
            ApprovalTables.columns,
            count: ApprovalTables.count,
            of: "approval",
            where: rows,
            in: reader,
            ApprovalTables.read
        )
        return (try page.items.map { try opened($0, in: reader) }, page.next)
    }

    /// Leaves what the reader may decide or has decided.
    ///
    /// Who may decide what is open is a rule and no column, so the open ones are looked through: there are
    /// never many, and beyond the newest thousand nobody works through a list.
    private func restrict(
        _ rows: inout RowFilter,
        to scope: Scope,
        in reader: any Reader
    ) throws {
        let open = try reader.query(
            """
            SELECT \(ApprovalTables.columns) FROM approval
            WHERE organisation = ? AND state = 'open' ORDER BY requested_at DESC LIMIT 1000
            """,
            [.id(scope.organisation)],
            ApprovalTables.read
        )
        let mine = open.filter { $0.refusal(of: scope) == nil }
        let marks = mine.map { _ in "?" }.joined(separator: ", ")
        let isListed = mine.isEmpty ? "" : "id IN (\(marks)) OR "
        rows = RowFilter(
            rows.sql + " AND (\(isListed)decider = ?)",
            rows.parameters + mine.map { .id($0.id) } + [.id(scope.actor.id)]
        )
    }

    /// One approval, with what is sealed in it opened.
    ///
    /// - Throws: a fault of code `approval-not-found` when there is none in the organisation; `StoreError`.
    public func get(
        _ id: ID<Approval>,
        organisation: ID<Organisation>,
        in reader: any Reader
    ) throws -> Approval {
        let found = try reader.first(
            "SELECT \(ApprovalTables.columns) FROM approval WHERE organisation = ? AND id = ?",
            [.id(organisation), .id(id)],
            ApprovalTables.read
        )
        guard let found else {
            throw GeneralFault(
                .notFound,
                code: "approval-not-found",
                "there is no approval \"\(id)\""
            )
        }
        return try opened(found, in: reader)
    }

    /// The organisation that an approval belongs to, for who comes by a link; nil when there is none.
    ///
    /// - Throws: `StoreError`.
    public func organisation(
        of id: ID<Approval>,
        in reader: any Reader
    ) throws -> ID<Organisation>? {
        try reader.first("SELECT organisation FROM approval WHERE id = ?", [.id(id)]) {
            try $0.id(0)
        }
    }

    func find(
        _ key: String,
        _ organisation: ID<Organisation>,
        in reader: any Reader
    ) throws -> Approval? {
        try reader.first(
            "SELECT \(ApprovalTables.columns) FROM approval WHERE organisation = ? AND key = ?",
            [.id(organisation), .text(key)],
            ApprovalTables.read
        )
    }
}
