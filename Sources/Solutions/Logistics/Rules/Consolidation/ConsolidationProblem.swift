public import Core

/// Orders of one day from one depot, and the vehicles that could carry them, shared or not.
///
/// Places are numbered; `meters[from][to]` is how far it is by road, and place 0 is the depot where
/// everything is loaded. Orders are numbered by their place in `orders`, vehicles by theirs in
/// `vehicles`.
public struct ConsolidationProblem: Sendable {
    /// When goods may arrive.
    public struct Window: Sendable, Hashable {
        /// Not before; a vehicle that is early waits.
        public var from: Timestamp
        /// Not after.
        public var to: Timestamp

        /// From a moment to a moment.
        public init(from: Timestamp, to: Timestamp) {
            self.from = from
            self.to = to
        }
    }

    /// A stop of an order.
    public struct Stop: Sendable {
        /// The number of its place.
        public var place: Int
        /// What is unloaded there.
        public var items: [OrderItem]
        /// When; nil for any time of the day.
        public var window: Window?

        /// A stop at a place.
        public init(place: Int, items: [OrderItem], window: Window? = nil) {
            self.place = place
            self.items = items
            self.window = window
        }
    }

    /// An order with the vehicle that it goes with today.
    public struct Wish: Sendable {
        /// The order's id.
        public var id: ID<Order>
        /// What people call it.
        public var reference: String
        /// Its stops, in the order in which they must be visited; never empty.
        public var stops: [Stop]
        /// The number of the vehicle that carries it when it goes alone, nobody else's; nil when it has
        /// none of its own any more.
        public var vehicle: Int?
        /// How long after the usual departure its goods are ready, in seconds; 0 or more.
        public var readySeconds: Int

        /// An order.
        public init(
            id: ID<Order>,
            reference: String,
            stops: [Stop],
            vehicle: Int?,
            readySeconds: Int = 0
        ) {
            self.id = id
            self.reference = reference
            self.stops = stops
            self.vehicle = vehicle
            self.readySeconds = readySeconds
        }
    }

    /// A vehicle that is free on the day, or that one of the orders holds.
    public struct Carrier: Sendable {
        /// The vehicle.
        public var vehicle: Vehicle
        /// Its kind: vehicles alike share what was packed.
        public var kind: VehicleKind
        /// The number of the place where it stands; from elsewhere it comes empty.
        public var start: Int

        /// A vehicle at a place.
        public init(_ vehicle: Vehicle, start: Int = 0) {
            self.vehicle = vehicle
            kind = VehicleKind(of: vehicle)
            self.start = start
        }
    }

    /// How far orders may be asked to put up with each other.
    public struct Limits: Sendable, Hashable {
        /// At most this many stops a trip; default 12.
        public var stops: Int
        /// How much farther goods may travel than alone, in hundredths; default 50.
        public var detourPercent: Int
        /// How long goods may wait for others to be ready, in minutes; default 60.
        public var waitMinutes: Int

        /// Limits of these values.
        public init(stops: Int = 12, detourPercent: Int = 50, waitMinutes: Int = 60) {
            self.stops = stops
            self.detourPercent = detourPercent
            self.waitMinutes = waitMinutes
        }
    }

    /// How long to search.
    ///
    /// The result depends on it, never on a clock.
    public struct Budget: Sendable, Hashable {
        /// How many loads are packed at most; default 400.
        public var packings: Int
        /// The search steps of each; default 1,500.
        public var iterations: Int
        /// The packer's seed; default 0.
        public var seed: UInt64

        /// A budget of these values.
        public init(packings: Int = 400, iterations: Int = 1_500, seed: UInt64 = 0) {
            self.packings = packings
            self.iterations = iterations
            self.seed = seed
        }
    }

    /// At most this many orders are looked at together.
    public static let mostOrders = 60

    /// The day; vehicles leave as ``DrivingTime/departure(on:)`` says.
    public var date: CalendarDate
    /// The orders.
    public var orders: [Wish]
    /// The vehicles.
    public var vehicles: [Carrier]
    /// Road distances between the places, in metres.
    public var meters: [[Int]]
    /// Which goods may not travel near each other, or together at all.
    public var keepApart: [KeepApart]
    /// What orders may be asked to put up with.
    public var limits: Limits
    /// How long to search.
    public var budget: Budget

    /// A problem of these parts.
    public init(
        date: CalendarDate,
        orders: [Wish],
        vehicles: [Carrier],
        meters: [[Int]],
        keepApart: [KeepApart] = [],
        limits: Limits = Limits(),
        budget: Budget = Budget()
    ) {
        self.date = date
        self.orders = orders
        self.vehicles = vehicles
        self.meters = meters
        self.keepApart = keepApart
        self.limits = limits
        self.budget = budget
    }
}

/// One stop of one order, by their numbers in the problem.
struct Visit: Hashable, Sendable {
    var order: Int
    var stop: Int
}

extension ConsolidationProblem {
    func stop(_ visit: Visit) -> Stop { orders[visit.order].stops[visit.stop] }

    /// The visits of one order, as they must follow each other.
    func visits(of order: Int) -> [Visit] {
        orders[order].stops.indices.map { Visit(order: order, stop: $0) }
    }

    /// The orders of a route, each once, by number.
    func orders(of route: [Visit]) -> [Int] { Set(route.map(\.order)).sorted() }

    /// From the depot over all visits, in metres.
    func length(of route: [Visit]) -> Int {
        var (length, at) = (0, 0)
        for visit in route {
            let place = stop(visit).place
            length += meters[at][place]
            at = place
        }
        return length
    }

    /// Whether each order's stops are visited in its own sequence.
    func keepsSequences(_ route: [Visit]) -> Bool {
        var next: [Int: Int] = [:]
        for visit in route {
            guard visit.stop == next[visit.order, default: 0] else { return false }
            next[visit.order] = visit.stop + 1
        }
        return true
    }

    /// What is loaded for a route: boxes for the n-th visit have stop n, so that the last one's stand
    /// deepest (LIFO).
    func items(for route: [Visit]) -> [CargoItem] {
        var items: [CargoItem] = []
        for (index, visit) in route.enumerated() {
            let reference = orders[visit.order].reference
            for line in stop(visit).items {
                var item = CargoItem(line)
                item.id = "\(reference)/\(line.id)"
                item.stop = index + 1
                items.append(item)
            }
        }
        return items
    }

    func weightGrams(of route: [Visit]) -> Int {
        route.reduce(0) { $0 + stop($1).items.reduce(0) { $0 + $1.totalWeightGrams } }
    }

    func volumeMm3(of route: [Visit]) -> Int {
        route.reduce(0) { $0 + stop($1).items.reduce(0) { $0 + $1.totalVolumeMm3 } }
    }
}
