/// Chooses vehicles for a load: the smallest that takes all of it, or several when one is not enough.
///
/// Each kind of vehicle, from the smallest, is tried for everything; when none takes it all, the
/// largest left is filled and the rest planned in the same way, so that the last one is as small as
/// may be. When all is loaded into several, smaller sets of no more vehicles are tried for the two,
/// then the three that are least full. Goods that may not ride in one vehicle are divided first: the
/// class of the highest priority, then of the most volume, with all that may go with it.
public struct FleetPacker: Sendable {
    /// A kind of vehicle and how many of it there are.
    public struct Vehicle: Sendable, Hashable {
        /// Its cargo space.
        public var space: CargoSpace
        /// How many can be had; default 1.
        public var count: Int

        /// So many vehicles with this space.
        public init(_ space: CargoSpace, count: Int = 1) {
            self.space = space
            self.count = count
        }
    }

    /// One vehicle with what goes into it.
    public struct Loaded: Sendable, Hashable {
        /// The index of the vehicle's kind in the list given.
        public var vehicle: Int
        /// What was asked of this vehicle: all that was still to be loaded and may ride together.
        ///
        /// `layout` refers to its items by index, and packing it again with `layout.iterations`
        /// gives the same layout.
        public var problem: LoadProblem
        /// Where every box stands.
        public var layout: Layout

        /// The volume of the boxes in cubic millimetres.
        public var volume: Int {
            layout.boxes.reduce(0) { $0 + $1.length * $1.width * $1.height }
        }
    }

    /// The vehicles chosen and what is left over.
    public struct Plan: Sendable, Hashable {
        /// The vehicles in the order in which they were filled.
        public var vehicles: [Loaded]
        /// How many boxes of each item, by id, are left over.
        public var unplaced: [String: Int]
        /// Why, by item id.
        public var reasons: [String: String]

        /// The share of the chosen vehicles' volume that the boxes fill, 0…1.
        public var utilisation: Double {
            let room = vehicles.reduce(0) { $0 + $1.problem.space.volume }
            return room == 0
                ? 0 : Double(vehicles.reduce(0) { $0 + $1.volume }) / Double(room)
        }
    }

    private let packer: Packer

    /// A chooser that packs with `packer`.
    public init(packer: Packer = Packer()) {
        self.packer = packer
    }

    /// Plans the load.
    ///
    /// The budget in `options` is for the whole plan and is handed out attempt by attempt; an attempt
    /// makes one step at least. With a budget of iterations the plan is the same everywhere.
    public func plan(
        _ problem: FleetProblem,
        options: Packer.Options = Packer.Options()
    ) throws(PackingError) -> Plan {
        try problem.check()
        var search = FleetSearch(problem, packer: packer, options: options)
        return try search.plan()
    }

    /// Plans the load; see ``plan(_:options:)``.
    public func plan(
        _ items: [CargoItem],
        into vehicles: [Vehicle],
        support: SupportRule = .full,
        keepApart: [KeepApart] = [],
        options: Packer.Options = Packer.Options()
    ) throws(PackingError) -> Plan {
        try plan(
            FleetProblem(
                vehicles: vehicles,
                items: items,
                support: support,
                keepApart: keepApart
            ),
            options: options
        )
    }
}
