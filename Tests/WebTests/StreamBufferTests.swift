import Core
import Testing

@testable import Web

@Suite struct StreamBufferTests {
    private func take(_ buffer: inout StreamBuffer, _ bytes: [UInt8]) -> Bool {
        bytes.withUnsafeBytes { buffer.take($0) }
    }

    @Test("What came is read in one piece, and then there is nothing until more comes")
    func pieces() {
        var buffer = StreamBuffer()
        #expect(buffer.read() == .wait)
        #expect(take(&buffer, [1, 2]) && take(&buffer, [3]))
        #expect(buffer.read() == .piece([1, 2, 3], resumes: false))
        #expect(buffer.read() == .wait)
        buffer.end(nil)
        #expect(buffer.read() == .end)
        #expect(buffer.read() == .end)
    }

    @Test("Beyond the limit the other side is held up until somebody reads")
    func pressure() {
        var buffer = StreamBuffer()
        #expect(take(&buffer, Array(repeating: 1, count: StreamBuffer.limit)))
        #expect(!take(&buffer, [2]))
        guard case .piece(let bytes, resumes: true) = buffer.read() else {
            Issue.record("nothing to read, or nobody to go on")
            return
        }
        #expect(bytes.count == StreamBuffer.limit)
        #expect(take(&buffer, [2]))
        #expect(buffer.read() == .piece([2], resumes: false))
    }

    @Test("What came before a failure is read first, unless whoever reads gave up")
    func failures() {
        var cut = StreamBuffer()
        _ = take(&cut, [1])
        cut.end(WebFault(.malformedAnswer, "cut"))
        #expect(cut.read() == .piece([1], resumes: false))
        #expect(cut.read() == .failed(.malformedAnswer, "cut"))
        #expect(cut.read() == .failed(.malformedAnswer, "cut"))
        var left = StreamBuffer()
        _ = take(&left, [1])
        left.end(WebFault(.cancelled, "gone"))
        #expect(left.read() == .failed(.cancelled, "gone"))
    }
}
