import Core

/// What no single value shows: sums out of all range, limits that exclude each other, likely slips.
extension LoadProblem {
    /// The most that all boxes may take together: a cubic kilometre, in mm³.
    static let mostVolume = 1_000_000_000_000_000_000

    /// Throws when the boxes together are beyond all measure, or the axles let nothing be loaded.
    func checkSense() throws(PackingError) {
        try checkSums()
        try checkAxles()
    }

    private func checkSums() throws(PackingError) {
        var volume = 0.0
        var weight = 0.0
        for (index, item) in items.enumerated() {
            volume += Double(item.volume) * Double(item.quantity)
            weight += Double(item.weightGrams) * Double(item.quantity)
            guard volume <= Double(Self.mostVolume), weight <= Double(Self.heaviest) else {
                let what =
                    volume > Double(Self.mostVolume)
                    ? "take more than a cubic kilometre" : "weigh more than a million tonnes"
                throw PackingError(
                    "too-large",
                    "up to this one the boxes together \(what); are these mm and kg?",
                    pointer: "/items/\(index)"
                )
            }
        }
    }

    /// A box at x puts (x − front) / (rear − front) of its mass on the rear axle, so an axle that may
    /// take nothing leaves only what lies beyond the other one.
    private func checkAxles() throws(PackingError) {
        guard let axles = space.axles, items.contains(where: { $0.weightGrams > 0 }) else { return }
        let (front, rear) = (axles.frontLimitGrams, axles.rearLimitGrams)
        let reason: String
        if front == 0, rear == 0 {
            reason = "neither axle may bear anything"
        } else if front == 0, axles.rearPosition >= space.length {
            reason =
                "the front axle may bear nothing, and no box can stand behind the rear axle at "
                + "x = \(axles.rearPosition): the space ends at \(space.length)"
        } else if rear == 0, axles.frontPosition <= 0 {
            reason =
                "the rear axle may bear nothing, and no box can stand before the front axle at "
                + "x = \(axles.frontPosition): the space begins at 0"
        } else {
            return
        }
        throw PackingError(
            "contradiction",
            "nothing that weighs anything could be loaded: \(reason)",
            pointer: "/container/axles"
        )
    }

    /// Classes that are kept apart but that no item has: slips of the pen, most likely.
    ///
    /// JSON pointer and message, with the nearest class that an item has.
    public var doubts: [(pointer: String, message: String)] {
        Self.doubts(items, keepApart)
    }

    static func doubts(
        _ items: [CargoItem],
        _ keepApart: [KeepApart]
    ) -> [(pointer: String, message: String)] {
        let known = Set(items.compactMap(\.goodsClass))
        var found: [(pointer: String, message: String)] = []
        for (index, rule) in keepApart.enumerated() {
            for (place, name) in [rule.first, rule.second].enumerated() where !known.contains(name)
            {
                let near = nearest(to: name, among: known).map { "; did you mean \"\($0)\"?" } ?? ""
                found.append(
                    (
                        "/keepApart/\(index)/classes/\(place)",
                        "no item is of class \"\(name)\"\(near)"
                    )
                )
            }
        }
        return found
    }
}

extension FleetProblem {
    /// Throws what ``LoadProblem/checkSense()`` does, of each vehicle.
    func checkSense() throws(PackingError) {
        for (index, vehicle) in vehicles.enumerated() {
            do throws(PackingError) {
                try LoadProblem(space: vehicle.space, items: items).checkSense()
            } catch {
                throw error.within("/containers/\(index)")
            }
        }
    }

    /// See ``LoadProblem/doubts``.
    public var doubts: [(pointer: String, message: String)] {
        LoadProblem.doubts(items, keepApart)
    }
}
