/// How many boxes of each kind the search may use.
///
/// A load may ask for a hundred thousand boxes where a thousand fit. Then only so many are looked at
/// as make the space's volume several times: first by priority, then in the order they are listed.
struct PackingStock {
    /// For each kind of box how many the search may use; at most its quantity.
    let quantities: [Int]

    /// The goods that are looked at have this many times the space's volume.
    private static let timesVolume = 4
    /// So few kinds are always looked at.
    private static let fewKinds = 1_000

    init(_ problem: LoadProblem) {
        let space = problem.space
        var quantities = [Int](repeating: 0, count: problem.items.count)
        var volume = 0
        var kinds = 0
        let order = problem.items.indices.sorted {
            (-problem.items[$0].priority, $0) < (-problem.items[$1].priority, $1)
        }
        for kind in order {
            let item = problem.items[kind]
            if item.reasonNotToFit(space) != nil { continue }
            if kinds >= Self.fewKinds, volume >= Self.timesVolume * space.volume { break }
            quantities[kind] = min(item.quantity, space.volume / item.volume)
            volume += quantities[kind] * item.volume
            kinds += 1
        }
        self.quantities = quantities
    }
}
