import Print

/// The head of the first page.
extension SheetPages {
    private static let titleHeight = 17.0
    private static let factHeight = 8.6
    private static let factColumns = 4

    private var facts: [(name: String, value: String)] {
        let space = sheet.space
        let blank = "________________"
        let weight = sheet.weightGrams
        var facts = [
            ("Vehicle", sheet.vehicle), ("Plate", sheet.plate ?? blank),
            ("Day of loading", sheet.date ?? blank),
            ("Load space, mm", "\(space.length) × \(space.width) × \(space.height)"),
            ("Pieces", "\(sheet.pieces.count)"), ("Volume used", Self.percent(sheet.volumeShare)),
            (
                "Weight",
                "\(LoadingInstruction.kilograms(weight)) kg"
                    + (space.maxWeightGrams.map {
                        " of \(LoadingInstruction.kilograms($0)) kg"
                    } ?? "")
            ),
        ]
        if let centre = sheet.centre {
            let (x, y, z) = (centre.x.rounded(), centre.y.rounded(), centre.z.rounded())
            facts.append(
                ("Centre of gravity: front, left, up", "\(Int(x)) · \(Int(y)) · \(Int(z)) mm")
            )
        }
        for axle in sheet.axles {
            facts.append(
                (
                    "Load on axle: \(axle.name)",
                    "\(Self.whole(axle.loadGrams)) kg"
                        + (axle.limitGrams.map { " of \(Self.whole($0)) kg" } ?? "")
                )
            )
        }
        return facts
    }

    /// Grams as whole kilograms: nobody loads an axle to the gram.
    private static func whole(_ grams: Int) -> Int { Int((Double(grams) / 1_000).rounded()) }

    static func percent(_ share: Double) -> String {
        "\((share * 1_000).rounded() / 10) %"
    }

    var factsHeight: Double {
        let rows = (facts.count + Self.factColumns - 1) / Self.factColumns
        return Self.titleHeight + Double(rows) * Self.factHeight + (sheet.bound == nil ? 1 : 6)
    }

    func drawFacts(_ top: Double) {
        let left = Self.margin
        document.text("Loading sheet", at: .init(left, top), .init(9, grey: 0.3), .left)
        document.text(
            sheet.reference,
            at: .init(left, top + 4),
            width: Self.width,
            .init(17, bold: true),
            .left
        )
        let column = Self.width / Double(Self.factColumns)
        var y = top + Self.titleHeight - 3
        document.line([.init(left, y), .init(left + Self.width, y)], .init(0.4))
        y += 1.5
        for (index, fact) in facts.enumerated() {
            let x = left + Double(index % Self.factColumns) * column
            let at = y + Double(index / Self.factColumns) * Self.factHeight
            let width = column - 2
            document.text(
                fact.name,
                at: .init(x, at),
                width: width,
                .init(6.5, grey: 0.35),
                .left
            )
            document.text(
                fact.value,
                at: .init(x, at + 2.8),
                width: width,
                .init(9, bold: true),
                .left
            )
        }
        guard let bound = sheet.bound else { return }
        let rows = (facts.count + Self.factColumns - 1) / Self.factColumns
        document.text(
            "No layout can use more than \(Self.percent(bound.share)): \(bound.reason).",
            at: .init(left, y + Double(rows) * Self.factHeight),
            width: Self.width,
            .init(7, grey: 0.3),
            .left
        )
    }

    func drawStop(_ stop: PrintedSheet.Stop, _ y: Double) {
        let count = sheet.pieces.count { $0.stop == stop.number }
        let words = "Stop \(stop.number)" + (stop.name.isEmpty ? "" : ", \(stop.name)")
        document.text(
            "\(words): \(count) \(count == 1 ? "piece" : "pieces")",
            at: .init(Self.margin, y),
            width: Self.width,
            .init(8.5),
            .left
        )
    }

    private var legend: [String] {
        var lines = [
            "The left and the right wall are those of somebody who stands at the door and looks in. "
                + "Places are the piece's nearest corner to the front wall, the left wall and the "
                + "floor, in mm. New pieces are hatched and numbered."
        ]
        lines.append(
            "Lifting, guideline figures of HSE L23: one person up to 25 kg, two people up to 33 kg, "
                + "above that a truck or hoist."
        )
        let ways = Set(sheet.pieces.map(\.step.access))
        if ways.contains(.under) {
            lines.append("Under: slide it in at its own height; the pieces named hang over it.")
        }
        if ways.contains(.over) {
            lines.append("Over: the pieces named lie before it; lift it over them and lower it.")
        }
        if ways.contains(.blocked) {
            lines.append(
                "Blocked: there is no straight way past the pieces named; turn it on the way in, or "
                    + "move them for it."
            )
        }
        return lines
    }

    var legendHeight: Double {
        legend.reduce(3) { height, line in
            height + document.size(of: line, width: Self.width, lines: 3, .init(7)).height + 0.5
        }
    }

    func drawLegend(_ top: Double) {
        var y = top
        for line in legend {
            y +=
                document.text(
                    line,
                    at: .init(Self.margin, y),
                    width: Self.width,
                    lines: 3,
                    .init(7, grey: 0.2),
                    .left
                ) + 0.5
        }
    }
}
