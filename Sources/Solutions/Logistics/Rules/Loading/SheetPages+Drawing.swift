import Print

/// The drawing of a group of steps, and where in the vehicle it is.
extension SheetPages {
    private typealias Point = PDFDocument.Point

    /// How far behind the new boxes the drawing begins, in mm of the load.
    private static let before = 500
    private static let titleHeight = 11.0
    /// The smallest number that can be read, and the largest that is needed, in points.
    private static let numbers = 5.0...10.0

    func draw(_ group: SheetGroup, _ top: Double) {
        drawTitle(group, top)
        let boxes = sheet.pieces.map(\.step.box)
        let added = group.steps.map { boxes[$0] }
        let space = sheet.space
        let back = max(0, (added.map(\.x).min() ?? 0) - Self.before)
        // What stands behind is left out, so that what is new is as large as the page allows.
        let shown =
            group.before.filter { boxes[$0.box].x + boxes[$0.box].length > back }
            + group.steps.map { ($0, Set(SceneView.Face.allCases)) }
        let end = shown.map { boxes[$0.box].x + boxes[$0.box].length }.max() ?? 0
        let front = min(space.length, end + Self.before)
        let frame = Frame(
            shown.flatMap { one in
                SceneView.Face.allCases.flatMap { SceneView.corners(of: boxes[one.box], $0) }
            } + Self.room(back, front, space).flatMap { $0 },
            in: (
                x: Self.margin, y: top + Self.titleHeight, width: Self.width,
                height: Self.drawingHeight(group.steps.count) - Self.titleHeight - 2
            )
        )
        drawRoom(back, front, frame)
        for at in SceneView.drawingOrder(shown.map { boxes[$0.box] }) {
            let (box, faces) = shown[at]
            drawBox(boxes[box], faces, isNew: group.steps.contains(box), frame)
        }
        for label in group.labels {
            if label.area == 0 { drawHidden(boxes[label.step], frame) }
            drawNumber(label, frame)
        }
    }

    /// Places the projection in a part of the page.
    private struct Frame {
        let scale: Double
        private let x: Double
        private let y: Double

        init(
            _ places: [SceneView.Place],
            in area: (x: Double, y: Double, width: Double, height: Double)
        ) {
            let left = places.map(\.u).min() ?? 0
            let right = places.map(\.u).max() ?? 1
            let upper = places.map(\.w).min() ?? 0
            let lower = places.map(\.w).max() ?? 1
            scale = min(area.width / max(1, right - left), area.height / max(1, lower - upper))
            x = area.x + (area.width - (right - left) * scale) / 2 - left * scale
            y = area.y + (area.height - (lower - upper) * scale) / 2 - upper * scale
        }

        func point(_ place: SceneView.Place) -> Point {
            Point(x + place.u * scale, y + place.w * scale)
        }
    }

    // MARK: The room

    /// The floor, the left wall and the wall behind, from one place along the vehicle to another.
    private static func room(_ back: Int, _ front: Int, _ space: CargoSpace) -> [[SceneView.Place]]
    {
        let part = PackedBox(
            item: 0,
            x: back,
            y: 0,
            z: 0,
            length: front - back,
            width: space.width,
            height: space.height
        )
        let place = SceneView.place
        let (x, y, z) = (part.x + part.length, part.width, part.height)
        return [
            [place(back, 0, 0), place(x, 0, 0), place(x, y, 0), place(back, y, 0)],
            [place(back, 0, 0), place(x, 0, 0), place(x, 0, z), place(back, 0, z)],
            [place(back, 0, 0), place(back, y, 0), place(back, y, z), place(back, 0, z)],
        ]
    }

    private func drawRoom(_ back: Int, _ front: Int, _ frame: Frame) {
        let walls = Self.room(back, front, sheet.space)
        for (index, wall) in walls.enumerated() {
            // Dashed where the vehicle goes on behind.
            let isCut = index == 2 && back > 0
            document.polygon(
                wall.map(frame.point),
                fill: index == 0 ? .grey(0.97) : nil,
                stroke: .init(0.2, grey: 0.55, dash: isCut ? 1.2 : 0)
            )
        }
        let door = frame.point(SceneView.place(front, sheet.space.width / 2, 0))
        document.text(
            front == sheet.space.length ? "door" : "to the door",
            around: .init(door.x - 7, door.y + 2.5),
            .init(7, grey: 0.2)
        )
    }

    // MARK: Boxes

    private func drawBox(
        _ box: PackedBox,
        _ faces: Set<SceneView.Face>,
        isNew: Bool,
        _ frame: Frame
    ) {
        for face in SceneView.Face.allCases where faces.contains(face) {
            let corners = SceneView.corners(of: box, face).map(frame.point)
            guard isNew else {
                let grey =
                    switch face {
                    case .top: 0.95
                    case .door: 0.89
                    case .right: 0.82
                    }
                document.polygon(corners, fill: .grey(grey), stroke: .init(0.1, grey: 0.55))
                continue
            }
            // Three sides, three patterns: the box is one body also without colour.
            let fill: PDFDocument.Fill =
                switch face {
                case .top: .grey(1)
                case .door: .hatched(every: 2.4)
                case .right: .hatched(every: 1.2)
                }
            document.polygon(corners, fill: fill, stroke: .init(0.4))
        }
    }

    /// The outline of a new box that stands behind what was there before.
    private func drawHidden(_ box: PackedBox, _ frame: Frame) {
        for face in SceneView.Face.allCases {
            document.polygon(
                SceneView.corners(of: box, face).map(frame.point),
                stroke: .init(0.3, dash: 0.9)
            )
        }
    }

    private func drawNumber(_ label: SheetGroup.Label, _ frame: Frame) {
        let text = "\(label.step + 1)"
        // As large as what is seen of the side lets it be.
        let side = label.area.squareRoot() * frame.scale
        let whole = document.size(of: text, TextStyle(Self.numbers.upperBound, bold: true))
        let share = min(0.8 * side / whole.width, 0.6 * side / whole.height, 1)
        let size = max(Self.numbers.upperBound * share, Self.numbers.lowerBound)
        let style = TextStyle(size, bold: true)
        let middle = frame.point(label.place)
        let extent = document.size(of: text, style)
        document.rectangle(
            x: middle.x - extent.width / 2 - 0.4,
            y: middle.y - extent.height / 2,
            width: extent.width + 0.8,
            height: extent.height,
            fill: .grey(1),
            stroke: .init(0.1)
        )
        document.text(text, around: middle, style)
    }

    // MARK: Title

    /// Which steps, and a plan of the vehicle from above with where they are.
    private func drawTitle(_ group: SheetGroup, _ top: Double) {
        let first = group.steps.lowerBound + 1
        let last = group.steps.upperBound
        document.text(
            first == last ? "Step \(first)" : "Steps \(first) to \(last)",
            at: .init(Self.margin, top),
            .init(12, bold: true),
            .left
        )
        if sheet.stops.count > 1 {
            let stop = sheet.pieces[group.steps.lowerBound].stop
            let name = sheet.stops.first { $0.number == stop }?.name ?? ""
            document.text(
                "for stop \(stop)" + (name.isEmpty ? "" : ", \(name)"),
                at: .init(Self.margin, top + 5.4),
                width: Self.width - 75,
                .init(8.5),
                .left
            )
        }
        let space = sheet.space
        let scale = min(55 / Double(space.length), 8 / Double(space.width))
        let wide = Double(space.length) * scale
        let x = Self.margin + Self.width - wide - 9
        document.rectangle(
            x: x,
            y: top + 1,
            width: wide,
            height: Double(space.width) * scale,
            fill: .grey(0.97),
            stroke: .init(0.25, grey: 0.4)
        )
        for step in group.steps {
            let box = sheet.pieces[step].step.box
            document.rectangle(
                x: x + Double(box.x) * scale,
                y: top + 1 + Double(space.width - box.y - box.width) * scale,
                width: Double(box.length) * scale,
                height: Double(box.width) * scale,
                fill: .grey(0.25)
            )
        }
        let middle = top + 1 + Double(space.width) * scale / 2
        document.text("front", around: .init(x - 5, middle), .init(6.5, grey: 0.2))
        document.text("door", around: .init(x + wide + 4.5, middle), .init(6.5, grey: 0.2))
    }
}
