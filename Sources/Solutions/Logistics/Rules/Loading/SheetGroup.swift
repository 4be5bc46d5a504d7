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

    /// The most steps in one drawing, so that their table stands below it on the same page.
    private static let mostSteps = 16
    /// A new drawing begins when less than this share is left of what was seen of a new box.
    private static let leastSeen = 0.2

    /// The drawings for these steps: a new one begins with a new stop, when there are enough new boxes
    /// in one, and when the next box would hide one of them.
    static func groups(_ pieces: [LoadingInstruction], in space: CargoSpace) -> [SheetGroup] {
        var view = SceneView(space)
        var groups: [SheetGroup] = []
        var begin = 0
        // How much was seen of each new box when it came, and is now.
        var seen: [(first: Int, now: Int)] = []

        func close(_ end: Int) {
            let before = view.seen().filter { $0.key < begin }.sorted { $0.key < $1.key }
            groups.append(
                SheetGroup(
                    steps: begin..<end,
                    before: before.map { ($0.key, $0.value) },
                    labels: (begin..<end).map { step in
                        let box = pieces[step].step.box
                        let found = view.label(of: box, step)
                        let middle = SceneView.place(
                            box.x + box.length / 2,
                            box.y + box.width / 2,
                            box.z + box.height / 2
                        )
                        return Label(
                            step: step,
                            place: found?.place ?? middle,
                            area: found?.area ?? 0
                        )
                    }
                )
            )
            begin = end
            seen = []
        }

        for (index, piece) in pieces.enumerated() {
            let look = view.look(at: piece.step.box)
            if index > begin {
                let isHiding = seen.enumerated().contains { at, seen in
                    let left = seen.now - (look.hides[begin + at] ?? 0)
                    return left < seen.now && Double(left) < Double(seen.first) * leastSeen
                }
                let isNewStop = pieces[begin].stop != piece.stop
                if isHiding || isNewStop || index - begin >= mostSteps { close(index) }
            }
            for at in seen.indices { seen[at].now -= look.hides[begin + at] ?? 0 }
            seen.append((look.seen, look.seen))
            view.add(piece.step.box, index)
        }
        if begin < pieces.count { close(pieces.count) }
        return groups
    }
}
