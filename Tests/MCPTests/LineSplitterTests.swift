import Testing

@testable import MCP

@Suite struct LineSplitterTests {
    private func pieces(_ parts: [String], limit: Int = 10) -> ([LineSplitter.Piece], Bool) {
        var splitter = LineSplitter(limit: limit)
        let pieces = parts.flatMap { splitter.take(Array($0.utf8)) }
        return (pieces, splitter.isOpen)
    }

    private func line(_ text: String) -> LineSplitter.Piece { .line(Array(text.utf8)) }

    @Test("Lines are found wherever the parts are cut, and empty ones are left out")
    func cuts() {
        let text = "ab\n\nc\r\n\r\ndef\ngh"
        for cut in 0...text.count {
            let (found, isOpen) = pieces([String(text.prefix(cut)), String(text.dropFirst(cut))])
            #expect(found == [line("ab"), line("c"), line("def")])
            #expect(isOpen)
        }
    }

    @Test("A line that is too long is told once, and the next one is good again")
    func tooLong() {
        let (found, isOpen) = pieces(["0123456789\n", "0123456789", "0123456789", "x\nok\n"])
        #expect(found == [line("0123456789"), .tooLong, line("ok")])
        #expect(!isOpen)
    }
}
