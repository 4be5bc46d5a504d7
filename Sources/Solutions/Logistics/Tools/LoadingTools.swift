import Agents
import Channels
import Core
import Identity
import Platform
import Store

/// What loaders do: see what is to be loaded, and say of each piece how it went.
extension LogisticsTools {
    func loadingTools() throws -> [Tool] {
        [
            try listLoads(), try getLoad(), try printLoad(), try recordPlacement(),
            try reportProblem(), try takeBack(),
        ]
    }

    private static let sequence: JSON = ["type": "integer", "minimum": 1, "maximum": 100_000]
    private static let moment: JSON = [
        "type": "string", "format": "date-time",
        "description": "when it was done, by the loader's clock; now when absent",
    ]

    private func recordPlacement() throws -> Tool {
        try Tool(
            name: "logistics.record-placement",
            purpose: "Records that a piece stands in the vehicle where the plan says.",
            input: Self.object(
                [("id", Self.text), ("sequence", Self.sequence), ("at", Self.moment)],
                required: ["id", "sequence"]
            ),
            output: LoadingShapes.marked,
            roles: Self.loaders,
            body: .write { [self] input, invocation in
                try await marking(input, invocation) { _ in .placed }
            }
        )
    }

    private func reportProblem() throws -> Tool {
        try Tool(
            name: "logistics.report-load-problem",
            purpose: "Reports that a piece could not be placed, and tells the planners.",
            input: Self.object(
                [
                    ("id", Self.text), ("sequence", Self.sequence), ("at", Self.moment),
                    (
                        "reason",
                        ["enum": .array(PieceMark.Trouble.allCases.map { .string($0.rawValue) })]
                    ),
                    ("note", ["type": "string", "maxLength": 500]),
                ],
                required: ["id", "sequence", "reason"]
            ),
            output: LoadingShapes.marked,
            roles: Self.loaders,
            body: .write { [self] input, invocation in
                try await marking(input, invocation) { input in
                    let note = try input.optional("note")?.string(length: 0...500)
                    return .problem(
                        try input.member("reason").choice(),
                        note: note.flatMap { $0.isEmpty ? nil : $0 }
                    )
                }
            }
        )
    }

    private func takeBack() throws -> Tool {
        try Tool(
            name: "logistics.undo-placement",
            purpose: "Takes back what was said of a piece: it is open again.",
            input: Self.object(
                [("id", Self.text), ("sequence", Self.sequence), ("at", Self.moment)],
                required: ["id", "sequence"]
            ),
            output: LoadingShapes.marked,
            roles: Self.loaders,
            body: .write { [self] input, invocation in
                try await marking(input, invocation) { _ in .open }
            }
        )
    }

    /// Prepares the marking of one piece; the same mark again changes nothing and tells nobody.
    private func marking(
        _ input: JSONReader,
        _ invocation: Invocation,
        _ read: (JSONReader) throws -> PieceMark
    ) async throws -> Tool.Commit {
        let scope = invocation.scope
        let named = try Self.bookingID(input.member("id"))
        let id = try await kernel.database.read { try lead(of: named, scope, in: $0) }
        let sequence = try input.member("sequence").int(in: 1...100_000)
        // A clock that is ahead does not make the future.
        let doneAt = min(try input.optional("at")?.timestamp() ?? invocation.now, invocation.now)
        let mark = try read(input)
        let total = try await pieceCount(of: id, scope)
        return { transaction in
            let booking = try Bookings(scope: scope).booking(id, in: transaction)
            guard booking.status == .booked else {
                throw GeneralFault(
                    .conflict,
                    code: "not-loading",
                    "the booking is \(booking.status.rawValue); only a booked vehicle is loaded"
                )
            }
            let change = try Loadings(scope: scope).mark(
                mark,
                sequence,
                of: booking,
                total: total,
                doneAt: doneAt,
                at: invocation.now,
                in: transaction
            )
            if change.isNew {
                try tell(
                    change,
                    mark,
                    of: booking,
                    sequence,
                    invocation,
                    in: transaction
                )
            }
            var json = change.progress.json
            json["bookingId"] = id.json
            json["sequence"] = .int(sequence)
            json["state"] = .string(mark.name)
            return json
        }
    }

    /// How many pieces a booked vehicle is to take; from the layout only for the first mark.
    private func pieceCount(of id: ID<Booking>, _ scope: Scope) async throws -> Int {
        let (booking, load, progress) = try await kernel.database.read { reader in
            let store = Bookings(scope: scope)
            return (
                try store.booking(id, in: reader), try store.load(of: id, in: reader),
                try Loadings(scope: scope).progress(of: id, in: reader)
            )
        }
        if let progress { return progress.total }
        guard load != nil else { throw Self.noPlan }
        let document = try await layout(of: booking.order, scope).document
        guard let boxes = SavedLayout.load(load, in: document)?["boxes"]?.array else {
            throw Self.noPlan
        }
        return boxes.count
    }

    static let noPlan = GeneralFault(
        .notFound,
        code: "no-load-plan",
        "the vehicle was booked by hand; there is no plan of where each piece goes"
    )

    private func tell(
        _ change: Loadings.Change,
        _ mark: PieceMark,
        of booking: Booking,
        _ sequence: Int,
        _ invocation: Invocation,
        in transaction: any Transaction
    ) throws {
        let type =
            switch mark {
            case .open: "load.box-taken-back"
            case .placed: "load.box-placed"
            case .problem: "load.problem-reported"
            }
        func emit(_ type: String, _ more: JSON = [:]) throws {
            var data: JSON = [
                "bookingId": booking.id.json, "orderId": booking.order.json,
                "vehicleId": booking.vehicle.json, "total": .int(change.progress.total),
                "placed": .int(change.progress.placed),
                "problems": .int(change.progress.problems),
            ]
            for member in more.object ?? [:] { data[member.key] = member.value }
            try kernel.emit(
                type,
                about: OrderView.subject(booking.order),
                data,
                by: invocation,
                in: transaction
            )
        }
        var more: JSON = ["sequence": .int(sequence)]
        if case .problem(let trouble, let note) = mark {
            more["reason"] = .string(trouble.rawValue)
            more["note"] = .optional(note)
            try tellPlanners(
                trouble,
                note,
                booking,
                sequence,
                change.revision,
                invocation,
                in: transaction
            )
        }
        try emit(type, more)
        if change.completes { try emit("load.completed") }
        if change.reopens { try emit("load.reopened") }
    }

    /// Tells every planner, and whoever placed the order, by the channels they chose.
    private func tellPlanners(
        _ trouble: PieceMark.Trouble,
        _ note: String?,
        _ booking: Booking,
        _ sequence: Int,
        _ revision: Int,
        _ invocation: Invocation,
        in transaction: any Transaction
    ) throws {
        let scope = invocation.scope
        let order = try Orders(scope: scope).order(booking.order, in: transaction)
        let vehicle = try Fleet(scope: scope).vehicle(booking.vehicle, in: transaction)
        var audience: [Notice.Audience] = [.roles([.planner])]
        if let author = order.history.first?.actor, author.kind == .person {
            audience.append(.account(author.id))
        }
        try kernel.channels.notices.tell(
            Notice(
                LogisticsMessages.loadProblem(trouble),
                [
                    "reference": order.reference, "piece": "\(sequence)",
                    "vehicle": vehicle.name, "date": "\(booking.date)",
                    "loader": scope.actor.name, "note": note.map { "\n\n“\($0)”" } ?? "",
                ],
                severity: .warning,
                link: "/console/orders/\(order.id)?tab=load&box=\(sequence)",
                to: audience,
                effect: "load-problem:\(booking.id):\(sequence):\(revision)"
            ),
            scope: scope,
            in: transaction
        )
    }
}
