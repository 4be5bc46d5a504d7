import Print

/// The table of a group's steps.
extension SheetPages {
    private enum Column: Int, CaseIterable {
        case number
        case piece
        case size
        case weight
        case lift
        case front
        case left
        case up
        case turned

        var title: String {
            switch self {
            case .number: "No."
            case .piece: "Piece"
            case .size: "Along × across × up, mm"
            case .weight: "kg"
            case .lift: "Lift"
            case .front: "From front"
            case .left: "From left"
            case .up: "Height"
            case .turned: "Turned"
            }
        }

        var width: Double {
            switch self {
            case .number: 10
            case .piece: 43
            case .size: 37
            case .weight: 14
            case .lift: 18
            case .front, .left, .up: 13
            case .turned: 19
            }
        }

        var alignment: PDFDocument.Alignment {
            switch self {
            case .number, .weight, .front, .left, .up: .right
            case .piece: .natural
            case .size, .lift, .turned: .left
            }
        }

        var x: Double {
            Self.allCases.prefix(rawValue).reduce(SheetPages.margin) { $0 + $1.width }
        }
    }

    private static let gap = 2.0
    private static let body = TextStyle(8.5)
    private static let small = TextStyle(7, grey: 0.2)

    func drawColumns(_ y: Double) {
        for column in Column.allCases {
            document.text(
                column.title,
                at: .init(column.x, y + 1),
                width: column.width - Self.gap,
                lines: 2,
                .init(6.5, bold: true, grey: 0.2),
                column.alignment == .right ? .right : .left
            )
        }
        let line = y + 7.4
        document.line(
            [.init(Self.margin, line), .init(Self.margin + Self.width, line)],
            .init(0.3)
        )
    }

    private func notes(_ piece: LoadingInstruction) -> String {
        var notes = ["\(piece.piece) of \(piece.of)", piece.place]
        switch piece.step.access {
        case .clear: break
        case .under, .over: notes.append(piece.way)
        case .blocked: notes.append("BLOCKED: \(piece.way)")
        }
        return notes.joined(separator: " · ")
    }

    func stepHeight(_ step: Int) -> Double {
        let width = Column.piece.width - Self.gap
        let piece = sheet.pieces[step]
        let name = document.size(of: piece.name, width: width, lines: 2, Self.body).height
        let notes = document.size(of: notes(piece), width: width, lines: 4, Self.small).height
        return max(8.4, name + notes + 1.6)
    }

    func drawStep(_ step: Int, _ y: Double, height: Double) {
        let piece = sheet.pieces[step]
        let box = piece.step.box
        func cell(_ column: Column, _ text: String, _ style: TextStyle = Self.body, lines: Int = 1)
        {
            document.text(
                text,
                at: .init(column.x, y + 0.8),
                width: column.width - Self.gap,
                lines: lines,
                style,
                column.alignment
            )
        }
        cell(.number, "\(step + 1)", .init(9.5, bold: true))
        let nameHeight = document.text(
            piece.name,
            at: .init(Column.piece.x, y + 0.8),
            width: Column.piece.width - Self.gap,
            lines: 2,
            Self.body
        )
        document.text(
            notes(piece),
            at: .init(Column.piece.x, y + 0.8 + nameHeight),
            width: Column.piece.width - Self.gap,
            lines: 4,
            Self.small,
            .left
        )
        cell(.size, "\(box.length) × \(box.width) × \(box.height)")
        cell(.weight, LoadingInstruction.kilograms(piece.weightGrams))
        switch piece.lift {
        case .one: cell(.lift, "1 person")
        case .two: cell(.lift, "2 people", .init(8.5, bold: true))
        case .aid: cell(.lift, "truck or hoist", .init(8.5, bold: true), lines: 2)
        }
        cell(.front, "\(box.x)")
        cell(.left, "\(box.y)")
        cell(.up, "\(box.z)")
        if let turning = piece.turning {
            cell(
                .turned,
                "\(turning.along.rawValue) along, \(turning.upright.rawValue) up",
                Self.small,
                lines: 2
            )
        }
        let line = y + height
        document.line(
            [.init(Self.margin, line), .init(Self.margin + Self.width, line)],
            .init(0.1, grey: 0.65)
        )
    }
}
