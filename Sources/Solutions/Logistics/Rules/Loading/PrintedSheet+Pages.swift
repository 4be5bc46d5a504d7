public import Core
public import Print

extension PrintedSheet {
    /// A printed sheet.
    public struct Printed: Sendable {
        /// The file.
        public var bytes: [UInt8]
        /// How many characters no installed font could show; the last page says so too.
        public var missingGlyphs: Int
    }

    /// The most pieces on one sheet, as many as an order may have.
    public static let mostPieces = LoadingSequence.mostOrdered

    /// Draws the sheet; it computes, so that a worker's thread should.
    ///
    /// 1,000 pieces take about a second. The same sheet makes the same bytes.
    ///
    /// - Parameter created: when it is made.
    /// - Returns: the file.
    /// - Throws: `document-too-large` for more than ``mostPieces``, `no-font` when the system has
    ///   none, `print-failed` when it could not be drawn.
    public func pdf(created: Timestamp) throws(PrintError) -> Printed {
        guard pieces.count <= Self.mostPieces else {
            throw PrintError(
                .tooLarge,
                "a sheet has at most \(Self.mostPieces) pieces, this load has \(pieces.count)"
            )
        }
        let document = try PDFDocument(title: "Loading sheet \(reference)", created: created)
        var pages = SheetPages(sheet: self, document: document)
        pages.arrange()
        pages.draw()
        let missing = document.missingGlyphs
        return Printed(bytes: try document.finish(), missingGlyphs: missing)
    }
}

/// Arranges a sheet on pages, so that their number is known, and draws them.
///
/// All measures are millimetres.
struct SheetPages {
    /// Something on a page, with its upper edge.
    private enum Element {
        case facts
        case stop(Stop)
        case legend
        case drawing(SheetGroup)
        case columns
        case step(Int, height: Double)
        /// A line in grey.
        case note(String)
    }

    private typealias Stop = PrintedSheet.Stop

    static let margin = 15.0
    static let width = PDFDocument.PageSize.a4.width - 2 * margin
    private static let lower = PDFDocument.PageSize.a4.height - 16
    private static let columnsHeight = 8.0
    /// A page that cannot hold the drawing of so many steps is left as it is.
    private static let fewSteps = 4

    let sheet: PrintedSheet
    let document: PDFDocument
    private var pages: [[(element: Element, y: Double)]] = [[]]
    private var y = SheetPages.margin

    init(sheet: PrintedSheet, document: PDFDocument) {
        self.sheet = sheet
        self.document = document
    }

    // MARK: Arranging

    mutating func arrange() {
        put(.facts, height: factsHeight)
        if sheet.stops.count > 1 {
            for stop in sheet.stops.reversed() { put(.stop(stop), height: 4.6) }
            y += 2
        }
        put(.legend, height: legendHeight)
        if sheet.pieces.isEmpty { put(.note("There is nothing to load."), height: 6) }
        let heights = sheet.pieces.indices.map(stepHeight)
        func height(_ steps: Range<Int>) -> Double {
            let table = steps.reduce(Self.columnsHeight) { $0 + heights[$1] }
            return Self.drawingHeight(steps.count) + table
        }
        var groups = SheetGroups(sheet.pieces, in: sheet.space)
        while groups.next < sheet.pieces.count {
            // A drawing stands with its table; one of fewer than some steps is not worth its place.
            let few = groups.next..<min(groups.next + Self.fewSteps, sheet.pieces.count)
            if y + height(few) > Self.lower { nextPage() }
            let top = y
            guard let group = groups.next(isFull: { top + height($0) > Self.lower }) else { break }
            put(.drawing(group), height: Self.drawingHeight(group.steps.count))
            put(.columns, height: Self.columnsHeight)
            for step in group.steps {
                put(.step(step, height: heights[step]), height: heights[step])
            }
            y += 5
        }
    }

    private mutating func put(_ element: Element, height: Double) {
        if y + height > Self.lower, y > Self.margin { nextPage() }
        pages[pages.count - 1].append((element, y))
        y += height
    }

    private mutating func nextPage() {
        guard pages.last?.isEmpty == false else { return }
        pages.append([])
        y = Self.margin
    }

    /// The more there is new, the larger it is drawn.
    static func drawingHeight(_ steps: Int) -> Double { min(86, 58 + 2 * Double(steps)) }

    // MARK: Drawing

    func draw() {
        for (index, page) in pages.enumerated() {
            if index > 0 { document.nextPage() }
            for (element, y) in page {
                switch element {
                case .facts: drawFacts(y)
                case .stop(let stop): drawStop(stop, y)
                case .legend: drawLegend(y)
                case .drawing(let group): draw(group, y)
                case .columns: drawColumns(y)
                case .step(let step, let height): drawStep(step, y, height: height)
                case .note(let text): document.text(text, at: .init(Self.margin, y), .init(9))
                }
            }
            drawFoot(page: index + 1, of: pages.count)
        }
    }

    private func drawFoot(page: Int, of count: Int) {
        let y = PDFDocument.PageSize.a4.height - 12
        let style = TextStyle(7.5, grey: 0.25)
        let edge = Self.margin + Self.width
        document.line([.init(Self.margin, y - 1.5), .init(edge, y - 1.5)], .init(0.15, grey: 0.6))
        document.text(
            "\(sheet.reference) · \(sheet.vehicle)",
            at: .init(Self.margin, y),
            width: Self.width - 60,
            style,
            .left
        )
        document.text(
            "page \(page) of \(count)",
            at: .init(edge - 40, y),
            width: 40,
            style,
            .right
        )
        if page == count, document.missingGlyphs > 0 {
            document.text(
                "\(document.missingGlyphs) characters are shown as boxes: no installed font has them.",
                at: .init(Self.margin, y - 6),
                width: Self.width,
                style,
                .left
            )
        }
    }
}
