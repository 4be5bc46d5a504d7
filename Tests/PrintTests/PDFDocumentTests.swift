import Core
import Print
import Testing

/// Documents as bytes; what is on their pages is read by `Tests/EndToEnd/test_sheet.py`.
@Suite struct PDFDocumentTests {
    private func document(_ text: String) throws -> (bytes: [UInt8], missing: Int) {
        let document = try PDFDocument(
            title: "A page",
            created: try #require(Timestamp("2026-11-20T08:00:00Z"))
        )
        document.text(text, at: .init(20, 20), width: 100, lines: 3, .init(10))
        document.polygon(
            [.init(20, 40), .init(60, 40), .init(40, 80)],
            fill: .hatched(every: 2),
            stroke: .init(0.3)
        )
        document.nextPage()
        document.rectangle(
            x: 50,
            y: 50,
            width: 5,
            height: 5,
            fill: .grey(1),
            stroke: .init(0.2, dash: 1)
        )
        return (try document.finish(), document.missingGlyphs)
    }

    @Test("the same calls make the same bytes, a PDF")
    func deterministic() throws {
        let first = try document("Πακέτο, пакет, package")
        #expect(first.bytes.starts(with: Array("%PDF-".utf8)))
        #expect(first.bytes.suffix(6) == Array("%%EOF\n".utf8))
        #expect(try document("Πακέτο, пакет, package").bytes == first.bytes)
        #expect(first.missing == 0)
    }

    @Test("characters that no font has are counted")
    func missing() throws {
        // Planes for private use have no glyphs in fonts for text.
        #expect(try document("a \u{10FF00} b \u{10FF01}").missing == 2)
    }

    @Test("control characters neither end text nor break lines")
    func controls() throws {
        let document = try PDFDocument(
            title: "",
            created: try #require(Timestamp("2026-11-20T08:00:00Z"))
        )
        let plain = document.size(of: "one two three", .init(10))
        let strange = document.size(of: "one\ntwo\u{0}three", .init(10))
        #expect(plain.width == strange.width)
        #expect(plain.height == strange.height)
        // Two lines at most, whatever the text.
        let long = String(repeating: "word\n", count: 1_000)
        let size = document.size(of: long, width: 30, lines: 2, .init(10))
        #expect(size.height < 12)
        #expect(size.width <= 30)
    }
}
