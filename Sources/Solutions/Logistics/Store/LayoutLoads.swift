import Core
import Store

/// The loads of an order's layout: of each way to load it, its plan, how many vehicles carry it.
///
/// A booking names its load as `<plan>/<vehicle>`. An order goes by one plan, each load of it on one
/// vehicle: that is what ``check(_:on:booked:)`` and ``missing(from:)`` hold bookings against.
struct LayoutLoads {
    private var counts: [Int: Int]

    /// The loads that a layout document has.
    init(of document: JSON) {
        let plans = document["plans"]?.array ?? []
        counts = Dictionary(
            plans.enumerated().map { index, plan in
                (plan["plan"]?.int ?? index, plan["vehicles"]?.array?.count ?? 0)
            },
            uniquingKeysWith: max
        )
    }

    /// The loads of the layout last saved for an order; nil when there is none, or when it was saved
    /// before loads were kept beside it.
    init?(of order: ID<Order>, scope: Scope, in reader: any Reader) throws {
        let saved = try reader.first(
            "SELECT body FROM logistics_layout WHERE organisation = ? AND key = ?",
            [.id(scope.organisation), .text(OrderView.layoutKey(order))]
        ) { try $0.json(0) }
        guard let loads = saved?["loads"]?.object else { return nil }
        counts = [:]
        for member in loads {
            guard let plan = Int(member.key), let count = member.value.int else { return nil }
            counts[plan] = count
        }
    }

    /// `{"0": 1, "1": 2}`: vehicles by plan.
    var json: JSON {
        var json: JSON = [:]
        for (plan, count) in counts { json["\(plan)"] = .int(count) }
        return json
    }

    /// Holds a load that is to be booked against those that are booked.
    ///
    /// - Throws: `load-unknown` for one that the layout does not have; `load-booked` when a vehicle
    ///   carries it already, or vehicles carry loads of another plan.
    static func check(
        _ load: String,
        of order: Order,
        in loads: LayoutLoads?,
        booked: [SavedLayout.BookedLoad]
    ) throws(GeneralFault) {
        if let loads, !loads.names.contains(load) {
            throw GeneralFault(
                .conflict,
                code: "load-unknown",
                "the layout of order \(order.reference) has no load \(load.prefix(20)); it has "
                    + loads.names.prefix(20).joined(separator: ", "),
                pointer: "/load"
            )
        }
        for other in booked {
            guard let held = other.load, held == load || plan(of: held) != plan(of: load) else {
                continue
            }
            let why =
                held == load
                ? "load \(load) of order \(order.reference) is booked on \(other.vehicle.name)"
                : "order \(order.reference) goes another way: load \(held) is booked on "
                    + other.vehicle.name
            throw GeneralFault(
                .conflict,
                code: "load-booked",
                "\(why); release booking \(other.booking.id) first",
                pointer: "/load"
            )
        }
    }

    /// The first load without a vehicle of the plan that the bookings began; nil when all have one.
    func missing(from booked: Set<String>) -> String? {
        let plan = booked.first.flatMap(Self.plan) ?? counts.keys.min() ?? 0
        return (0..<(counts[plan] ?? 0)).map { "\(plan)/\($0)" }.first { !booked.contains($0) }
    }

    private var names: [String] {
        counts.sorted { $0.key < $1.key }.flatMap { plan, count in
            (0..<count).map { "\(plan)/\($0)" }
        }
    }

    /// The plan that a load's name begins with; nil for a name of another form.
    static func plan(of load: String) -> Int? {
        load.split(separator: "/").first.flatMap { Int($0) }
    }
}
