import CPango
public import Core

/// A PDF document that is drawn page by page, in millimetres from the top left corner.
///
/// Text of any script is shaped by Pango with the system's fonts, which are embedded as far as they
/// are used; cairo writes the file. The same calls make the same bytes.
///
/// Not sendable: it is made, drawn and finished on one thread, a worker's, since cairo computes.
public final class PDFDocument {
    /// A page's size in millimetres.
    public struct PageSize: Sendable, Hashable {
        /// The width.
        public var width: Double
        /// The height.
        public var height: Double

        /// A size.
        public init(width: Double, height: Double) {
            self.width = width
            self.height = height
        }

        /// ISO 216 A4, upright.
        public static let a4 = PageSize(width: 210, height: 297)
    }

    /// A point on the page, in millimetres.
    public struct Point: Sendable, Hashable {
        /// From the left edge.
        public var x: Double
        /// From the upper edge.
        public var y: Double

        /// A point.
        public init(_ x: Double, _ y: Double) {
            self.x = x
            self.y = y
        }
    }

    /// How an area is filled, all of it readable without colour.
    public enum Fill: Sendable, Hashable {
        /// One grey, 0 black to 1 white.
        case grey(Double)
        /// White with black lines that rise to the right, so many millimetres apart.
        case hatched(every: Double)
    }

    /// How a line is drawn.
    public struct Stroke: Sendable, Hashable {
        /// The width in millimetres.
        public var width: Double
        /// The grey, 0 black to 1 white.
        public var grey: Double
        /// The lengths of dashes and gaps, in millimetres; 0 for one line.
        public var dash: Double

        /// A line.
        public init(_ width: Double, grey: Double = 0, dash: Double = 0) {
            self.width = width
            self.grey = grey
            self.dash = dash
        }
    }

    static let pointsPerMillimetre = 72 / 25.4

    /// What cairo hands the file's bytes to.
    private final class Sink {
        var bytes: [UInt8] = []
    }

    private let sink = Sink()
    private let surface: OpaquePointer
    let cairo: OpaquePointer
    /// Shapes and measures all text.
    let layout: OpaquePointer?
    /// Fonts by what was asked for.
    var fonts: [TextStyle: OpaquePointer] = [:]
    /// How many characters of all text no font could show.
    public internal(set) var missingGlyphs = 0

    /// A document with its first page.
    ///
    /// - Parameters:
    ///   - title: what viewers show.
    ///   - created: when it was made, as the file says.
    ///   - size: the size of all pages.
    /// - Throws: `no-font` when the system has none.
    public init(title: String, created: Timestamp, size: PageSize = .a4) throws(PrintError) {
        let receive: cairo_write_func_t = { closure, data, count in
            guard let closure, let data else { return CAIRO_STATUS_WRITE_ERROR }
            let sink = Unmanaged<Sink>.fromOpaque(closure).takeUnretainedValue()
            sink.bytes.append(
                contentsOf: UnsafeBufferPointer(start: data, count: Int(count))
            )
            return CAIRO_STATUS_SUCCESS
        }
        let scale = Self.pointsPerMillimetre
        surface = cairo_pdf_surface_create_for_stream(
            receive,
            Unmanaged.passUnretained(sink).toOpaque(),
            size.width * scale,
            size.height * scale
        )
        cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_TITLE, title)
        cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_CREATOR, "Weft")
        cairo_pdf_surface_set_metadata(
            surface,
            CAIRO_PDF_METADATA_CREATE_DATE,
            created.description
        )
        cairo = cairo_create(surface)
        layout = pango_cairo_create_layout(cairo)
        cairo_set_line_join(cairo, CAIRO_LINE_JOIN_ROUND)
        prepareText()
        try checkFonts()
    }

    deinit {
        for font in fonts.values { pango_font_description_free(font) }
        g_object_unref(UnsafeMutableRawPointer(layout))
        cairo_destroy(cairo)
        // Unless it was finished: it writes to the sink, which lives until after this.
        cairo_surface_destroy(surface)
    }

    /// Ends the page and begins the next.
    public func nextPage() {
        cairo_show_page(cairo)
    }

    /// Ends the last page and the document.
    ///
    /// - Returns: the file.
    /// - Throws: `print-failed` when anything of it could not be drawn.
    public func finish() throws(PrintError) -> [UInt8] {
        let drawn = cairo_status(cairo)
        cairo_surface_finish(surface)
        let written = cairo_surface_status(surface)
        guard let failure = [drawn, written].first(where: { $0 != CAIRO_STATUS_SUCCESS }) else {
            return sink.bytes
        }
        throw PrintError(.drawing, "the PDF: \(String(cString: cairo_status_to_string(failure)))")
    }

    // MARK: Shapes

    /// Draws a polygon.
    public func polygon(_ points: [Point], fill: Fill? = nil, stroke: Stroke? = nil) {
        guard points.count > 1 else { return }
        switch fill {
        case .grey(let grey):
            trace(points, closed: true)
            cairo_set_source_rgb(cairo, grey, grey, grey)
            // Filled and drawn along one path, the file has it once.
            cairo_fill_preserve(cairo)
            if let stroke { draw(stroke) } else { cairo_new_path(cairo) }
            return
        case .hatched(let gap):
            trace(points, closed: true)
            cairo_set_source_rgb(cairo, 1, 1, 1)
            cairo_fill(cairo)
            hatch(points, every: max(0.3, gap))
        case nil: break
        }
        if let stroke {
            trace(points, closed: true)
            draw(stroke)
        }
    }

    /// Draws a rectangle.
    public func rectangle(
        x: Double,
        y: Double,
        width: Double,
        height: Double,
        fill: Fill? = nil,
        stroke: Stroke? = nil
    ) {
        let corners = [
            Point(x, y), Point(x + width, y), Point(x + width, y + height), Point(x, y + height),
        ]
        polygon(corners, fill: fill, stroke: stroke)
    }

    /// Draws a line through points.
    public func line(_ points: [Point], _ stroke: Stroke) {
        guard points.count > 1 else { return }
        trace(points, closed: false)
        draw(stroke)
    }

    private func trace(_ points: [Point], closed: Bool) {
        let scale = Self.pointsPerMillimetre
        cairo_new_path(cairo)
        for point in points { cairo_line_to(cairo, point.x * scale, point.y * scale) }
        if closed { cairo_close_path(cairo) }
    }

    private func draw(_ stroke: Stroke) {
        let scale = Self.pointsPerMillimetre
        cairo_set_source_rgb(cairo, stroke.grey, stroke.grey, stroke.grey)
        cairo_set_line_width(cairo, stroke.width * scale)
        if stroke.dash > 0 {
            cairo_set_dash(cairo, [stroke.dash * scale, stroke.dash * scale], 2, 0)
        }
        cairo_stroke(cairo)
        if stroke.dash > 0 { cairo_set_dash(cairo, nil, 0, 0) }
    }

    /// Lines over the polygon that keep their places on the page, so that areas side by side match.
    private func hatch(_ points: [Point], every gap: Double) {
        let scale = Self.pointsPerMillimetre
        cairo_save(cairo)
        trace(points, closed: true)
        cairo_clip(cairo)
        let low = points.reduce((x: Double.infinity, y: Double.infinity)) {
            (min($0.x, $1.x), min($0.y, $1.y))
        }
        let high = points.reduce((x: -Double.infinity, y: -Double.infinity)) {
            (max($0.x, $1.x), max($0.y, $1.y))
        }
        cairo_new_path(cairo)
        // On a line that rises to the right x + y is the same everywhere.
        var sum = ((low.x + low.y) / gap).rounded(.up) * gap
        while sum <= high.x + high.y {
            cairo_move_to(cairo, (sum - low.y) * scale, low.y * scale)
            cairo_line_to(cairo, (sum - high.y) * scale, high.y * scale)
            sum += gap
        }
        cairo_set_source_rgb(cairo, 0, 0, 0)
        cairo_set_line_width(cairo, 0.15 * scale)
        cairo_stroke(cairo)
        cairo_restore(cairo)
    }
}
