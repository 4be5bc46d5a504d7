/// Why goods are left over.
extension FleetSearch {
    /// Why no vehicle at all takes even one such box; nil when some does.
    func reasonToLeave(_ item: CargoItem) -> String? {
        let available = problem.vehicles.filter { $0.count > 0 }.map(\.space)
        guard !available.isEmpty else { return "there is no vehicle" }
        guard available.allSatisfy({ item.reasonNotToFit($0) != nil }) else { return nil }
        // One vehicle's reason says enough: the largest one's.
        let largest = available.max { $0.volume < $1.volume }
        return largest.flatMap { item.reasonNotToFit($0) }.map {
            "even into the largest of \(available.count) kinds of vehicle it does not go: \($0)"
        }
    }

    /// Why boxes that some vehicle could take are left over.
    func reason(
        leaving item: CargoItem,
        _ count: Int,
        _ loads: [FleetPacker.Loaded],
        _ counts: [Int]
    ) -> String {
        let largest = loads.filter { item.reasonNotToFit($0.problem.space) == nil }
            .max { $0.problem.space.volume < $1.problem.space.volume }
        let used =
            bySize(counts).isEmpty
            ? "every vehicle is used" : "every vehicle that could take it is used"
        guard let largest else { return "\(used); \(count) are left over" }
        var asked = item
        asked.quantity = count
        let words = LeftOver(largest.layout.boxes, in: largest.problem).reason(for: asked)
        return "\(used); \(count) are left over; of the largest: \(words)"
    }
}
