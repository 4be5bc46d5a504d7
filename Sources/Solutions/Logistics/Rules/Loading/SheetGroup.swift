/// Some steps in a row that one drawing shows: the new boxes with their numbers, in front of what was
/// there before.
struct SheetGroup {
    /// The number of a step and where it is written.
    struct Label {
        var step: Int
        var place: SceneView.Place
        /// How large the part of the box is on which it stands, in square millimetres; 0 when the box
        /// is hidden.
        var area: Double
    }

    /// The steps.
    var steps: Range<Int>
    /// Boxes that were there before, as far as anything is seen of them, with the faces that are.
    var before: [(box: Int, faces: Set<SceneView.Face>)]
    /// A label for each of the steps.
    var labels: [Label]
}

/// Parts steps into groups, one after the other.
///
/// A group ends with its stop, when there are enough new boxes in its drawing, when the next one would
/// hide one of them, and when the page is full.
struct SheetGroups {
    /// The most steps in one drawing.
    private static let mostSteps = 16
    /// A new drawing begins when less than this share is left of what was seen of a new box.
    private static let leastSeen = 0.2

    private let pieces: [LoadingInstruction]
    private var view: SceneView
    private var begin = 0

    /// The steps of `pieces`, in the space they are loaded into.
    init(_ pieces: [LoadingInstruction], in space: CargoSpace) {
        self.pieces = pieces
        view = SceneView(space)
    }

    /// The step with which the next group begins; the number of steps after the last one.
    var next: Int { begin }

    /// The next group; nil after the last one.
    ///
    /// - Parameter isFull: whether these steps are too many for what is left of the page; of one step
    ///   it is not asked.
    /// - Returns: one step or more.
    mutating func next(isFull: (Range<Int>) -> Bool) -> SheetGroup? {
        guard begin < pieces.count else { return nil }
        // How much was seen of each new box when it came, and is now.
        var seen: [(first: Int, now: Int)] = []
        var end = begin
        while end < pieces.count {
            let look = view.look(at: pieces[end].step.box)
            if end > begin {
                let isHiding = seen.enumerated().contains { at, seen in
                    let left = seen.now - (look.hides[begin + at] ?? 0)
                    return left < seen.now && Double(left) < Double(seen.first) * Self.leastSeen
                }
                if isHiding || pieces[begin].stop != pieces[end].stop
                    || end - begin >= Self.mostSteps || isFull(begin..<end + 1)
                {
                    break
                }
            }
            for at in seen.indices { seen[at].now -= look.hides[begin + at] ?? 0 }
            seen.append((look.seen, look.seen))
            view.add(pieces[end].step.box, end)
            end += 1
        }
        defer { begin = end }
        let before = view.seen().filter { $0.key < begin }.sorted { $0.key < $1.key }
        return SheetGroup(
            steps: begin..<end,
            before: before.map { ($0.key, $0.value) },
            labels: (begin..<end).map(label)
        )
    }

    private func label(_ step: Int) -> SheetGroup.Label {
        let box = pieces[step].step.box
        if let found = view.label(of: box, step) {
            return SheetGroup.Label(step: step, place: found.place, area: found.area)
        }
        let middle = SceneView.place(
            box.x + box.length / 2,
            box.y + box.width / 2,
            box.z + box.height / 2
        )
        return SheetGroup.Label(step: step, place: middle, area: 0)
    }
}
