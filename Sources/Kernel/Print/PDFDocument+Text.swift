import CPango

/// How text looks.
public struct TextStyle: Sendable, Hashable {
    /// The size in points.
    public var size: Double
    /// Whether it is bold.
    public var isBold: Bool
    /// The grey, 0 black to 1 white.
    public var grey: Double

    /// A style.
    public init(_ size: Double, bold: Bool = false, grey: Double = 0) {
        self.size = size
        isBold = bold
        self.grey = grey
    }
}

extension PDFDocument {
    /// Where text stands in its width.
    public enum Alignment: Sendable, Hashable {
        /// Where the script begins a line: right for Arabic.
        case natural
        /// At the left edge, whatever the script.
        case left
        /// In the middle.
        case centre
        /// At the right edge.
        case right
    }

    /// Draws text, wrapped at words where a width is given; what does not fit ends with an ellipsis.
    ///
    /// - Parameters:
    ///   - text: the text; control characters become spaces.
    ///   - place: the upper left corner.
    ///   - width: how wide it may be, in mm; nil for one line of any width.
    ///   - lines: how many lines it may take.
    ///   - style: how it looks.
    ///   - alignment: where it stands in its width.
    /// - Returns: the height it takes, in mm.
    @discardableResult
    public func text(
        _ text: String,
        at place: Point,
        width: Double? = nil,
        lines: Int = 1,
        _ style: TextStyle,
        _ alignment: Alignment = .natural
    ) -> Double {
        let size = lay(text, width: width, lines: lines, style, alignment)
        missingGlyphs += Int(pango_layout_get_unknown_glyphs_count(layout))
        cairo_set_source_rgb(cairo, style.grey, style.grey, style.grey)
        let scale = Self.pointsPerMillimetre
        cairo_move_to(cairo, place.x * scale, place.y * scale)
        pango_cairo_show_layout(cairo, layout)
        return size.height
    }

    /// Draws one line with its middle at a point.
    public func text(_ text: String, around middle: Point, _ style: TextStyle) {
        let size = lay(text, width: nil, lines: 1, style, .left)
        let corner = Point(middle.x - size.width / 2, middle.y - size.height / 2)
        self.text(text, at: corner, style, .left)
    }

    /// The size that text takes, in mm.
    public func size(
        of text: String,
        width: Double? = nil,
        lines: Int = 1,
        _ style: TextStyle
    ) -> (width: Double, height: Double) {
        lay(text, width: width, lines: lines, style, .natural)
    }

    private func lay(
        _ text: String,
        width: Double?,
        lines: Int,
        _ style: TextStyle,
        _ alignment: Alignment
    ) -> (width: Double, height: Double) {
        var plain = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            // Paragraphs would escape the limit of lines, and NUL would end the text.
            let isControl = scalar.properties.generalCategory == .control
            let breaks = scalar == "\u{2028}" || scalar == "\u{2029}"
            plain.append(isControl || breaks ? " " : scalar)
        }
        let units = Self.pointsPerMillimetre * Double(PANGO_SCALE)
        pango_layout_set_font_description(layout, font(style))
        pango_layout_set_text(layout, String(plain), -1)
        pango_layout_set_width(layout, width.map { Int32($0 * units) } ?? -1)
        pango_layout_set_height(layout, width == nil ? -1 : Int32(-lines))
        pango_layout_set_ellipsize(
            layout,
            width == nil ? PANGO_ELLIPSIZE_NONE : PANGO_ELLIPSIZE_END
        )
        pango_layout_set_wrap(layout, PANGO_WRAP_WORD_CHAR)
        // Numbers stand in columns also beside names that run from the right.
        pango_layout_set_auto_dir(layout, alignment == .natural ? 1 : 0)
        switch alignment {
        case .natural, .left: pango_layout_set_alignment(layout, PANGO_ALIGN_LEFT)
        case .centre: pango_layout_set_alignment(layout, PANGO_ALIGN_CENTER)
        case .right: pango_layout_set_alignment(layout, PANGO_ALIGN_RIGHT)
        }
        var wide: Int32 = 0
        var high: Int32 = 0
        pango_layout_get_size(layout, &wide, &high)
        return (Double(wide) / units, Double(high) / units)
    }

    private func font(_ style: TextStyle) -> OpaquePointer? {
        var key = style
        key.grey = 0
        if let known = fonts[key] { return known }
        guard let font = pango_font_description_from_string("Sans") else { return nil }
        pango_font_description_set_absolute_size(font, style.size * Double(PANGO_SCALE))
        if style.isBold { pango_font_description_set_weight(font, PANGO_WEIGHT_BOLD) }
        fonts[key] = font
        return font
    }

    /// Glyphs are placed exactly as their outlines ask: there are no pixels on paper.
    func prepareText() {
        let options = cairo_font_options_create()
        cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_NONE)
        cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF)
        let context = pango_layout_get_context(layout)
        pango_cairo_context_set_font_options(context, options)
        pango_context_set_round_glyph_positions(context, 0)
        cairo_font_options_destroy(options)
    }

    /// Pango names families also where there is no font; then it has no glyph even for a letter.
    func checkFonts() throws(PrintError) {
        _ = lay("A", width: nil, lines: 1, TextStyle(10), .left)
        guard pango_layout_get_unknown_glyphs_count(layout) == 0 else {
            throw PrintError(
                .noFont,
                "no font is installed, so that nothing can be printed; install one, on Debian "
                    + "for instance fonts-dejavu-core (and fonts-droid-fallback for Chinese, "
                    + "Japanese and Korean)"
            )
        }
    }
}
