import Core

/// Goods, and the vehicles that may take them.
public struct FleetProblem: Sendable, Hashable {
    /// The most kinds of vehicle in one problem.
    public static let mostKinds = 100
    /// The most vehicles of one kind.
    public static let mostOfOneKind = 1_000

    /// The kinds of vehicle; ids that are not empty differ.
    public var vehicles: [FleetPacker.Vehicle]
    /// What is to be loaded.
    public var items: [CargoItem]
    /// How much of a box's base must rest on the floor or on other boxes.
    public var support: SupportRule
    /// Which goods may not stand near each other, or not ride in one vehicle.
    public var keepApart: [KeepApart]

    /// A problem of these parts; support defaults to full, and all goods may ride together.
    public init(
        vehicles: [FleetPacker.Vehicle],
        items: [CargoItem],
        support: SupportRule = .full,
        keepApart: [KeepApart] = []
    ) {
        self.vehicles = vehicles
        self.items = items
        self.support = support
        self.keepApart = keepApart
    }

    /// Throws what ``LoadProblem/check()`` does of each vehicle, whose pointers begin with
    /// `/containers/0`, and when two kinds have one id.
    public func check() throws(PackingError) {
        guard vehicles.count <= Self.mostKinds else {
            throw PackingError(
                "too-many-containers",
                "at most \(Self.mostKinds) kinds of container, found \(vehicles.count)",
                pointer: "/containers",
                kind: .tooLarge
            )
        }
        var names: [String: Int] = [:]
        for (index, vehicle) in vehicles.enumerated() {
            let pointer = "/containers/\(index)"
            // The goods are the same for all: once is enough.
            let goods = index == 0 ? items : []
            let rules = index == 0 ? keepApart : []
            do throws(PackingError) {
                try LoadProblem(
                    space: vehicle.space,
                    items: goods,
                    support: support,
                    keepApart: rules
                ).check()
            } catch {
                throw error.within(pointer)
            }
            guard (0...Self.mostOfOneKind).contains(vehicle.count) else {
                throw PackingError(
                    "invalid-value",
                    "must lie between 0 and \(Self.mostOfOneKind), is \(vehicle.count)",
                    pointer: pointer + "/count"
                )
            }
            let id = vehicle.space.id
            if !id.isEmpty, let first = names.updateValue(index, forKey: id) {
                throw PackingError(
                    "repeated-id",
                    "the id \"\(id)\" is already that of container \(first); ids must differ, "
                        + "and \"count\" says how many there are",
                    pointer: pointer + "/id"
                )
            }
        }
    }
}

extension PackingError {
    /// The error with `/container` in its pointer as one of several.
    func within(_ place: String) -> PackingError {
        guard let pointer, pointer == "/container" || pointer.hasPrefix("/container/") else {
            return self
        }
        var moved = self
        moved.pointer = place + pointer.dropFirst("/container".count)
        return moved
    }
}
