public import Core

/// Orders read from a file, and what is wrong with those that cannot be read.
///
/// Nothing is imported here: the caller places `orders` when there are no errors, or when the client
/// agreed to a partial import.
public struct OrderImport: Sendable {
    /// What is wrong in one place of the file.
    public struct Problem: Sendable, Hashable {
        /// The row as spreadsheet programs count, the header being row 1; for JSON the order's number.
        public var row: Int
        /// The column, or for JSON the pointer within the order; empty for the whole row.
        public var field: String
        /// What is wrong and what is expected.
        public var message: String

        /// A problem.
        public init(row: Int, field: String, message: String) {
            self.row = row
            self.field = field
            self.message = message
        }

        /// `{"row","field","message"}`.
        public var json: JSON {
            ["row": .int(row), "field": .string(field), "message": .string(message)]
        }
    }

    /// A readable order and the rows from which it came.
    public struct Entry: Sendable, Hashable {
        /// The order.
        public var draft: OrderDraft
        /// The first row of the order.
        public var row: Int
    }

    /// How many orders one import may have.
    public static let orderLimit = 5_000
    /// How many problems are listed; more are counted in `rejected` only.
    public static let problemLimit = 1_000

    /// The orders that are good, in the order of the file.
    public var orders: [Entry]
    /// How many orders are not.
    public var rejected: Int
    /// What is wrong, by row.
    public var problems: [Problem]

    /// Whether orders may be placed: all are good, or some are and the client wants those.
    public func isAcceptable(partial: Bool) -> Bool {
        rejected == 0 ? !orders.isEmpty : partial && !orders.isEmpty
    }

    /// `{"imported","rejected","errors"}`; nothing counts as imported unless it is acceptable.
    ///
    /// Without `partial`, one bad order rejects all of them.
    public func json(partial: Bool) -> JSON {
        let accepted = isAcceptable(partial: partial)
        return [
            "imported": .int(accepted ? orders.count : 0),
            "rejected": .int(accepted ? rejected : rejected + orders.count),
            "errors": .array(problems.map(\.json)),
        ]
    }
}

extension OrderImport {
    /// Reads a JSON array of orders as `POST /api/orders` takes them, or an object with `orders`.
    public init(
        json: JSON,
        directory: ImportDirectory,
        today: CalendarDate
    ) throws(GeneralFault) {
        var root = JSONReader(json)
        if case .object = json {
            try root.onlyKeys(["orders"])
            root = try root.member("orders")
        }
        orders = []
        rejected = 0
        problems = []
        var references: Set<String> = []
        for (index, element) in try root.array(count: 1...Self.orderLimit).enumerated() {
            do throws(GeneralFault) {
                let order = JSONReader(element.value)
                let draft = try OrderDraft(reading: order, today: today)
                try Self.check(draft, directory: directory)
                if let reference = draft.reference, !references.insert(reference).inserted {
                    throw GeneralFault(
                        .invalid,
                        code: "repeated-reference",
                        "\"\(reference)\" is the reference of an earlier order too",
                        pointer: "/reference"
                    )
                }
                orders.append(Entry(draft: draft, row: index + 1))
            } catch {
                rejected += 1
                add(Problem(row: index + 1, field: error.pointer ?? "", message: error.message))
            }
        }
    }

    private static func check(
        _ draft: OrderDraft,
        directory: ImportDirectory
    ) throws(GeneralFault) {
        do {
            _ = try directory.customer(draft.customer.description)
        } catch {
            throw GeneralFault(error.kind, code: error.code, error.message, pointer: "/customerId")
        }
        do {
            _ = try directory.depot(draft.depot.description)
        } catch {
            throw GeneralFault(
                error.kind,
                code: error.code,
                error.message,
                pointer: "/pickup/depotId"
            )
        }
    }

    mutating func add(_ problem: Problem) {
        if problems.count < Self.problemLimit { problems.append(problem) }
    }
}
