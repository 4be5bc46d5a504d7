/// Cuts a stream of bytes into lines, and lets go of those that are too long.
struct LineSplitter {
    /// What has come in.
    enum Piece: Equatable {
        /// A line without its end.
        case line([UInt8])
        /// A line that is longer than allowed; its bytes are gone.
        case tooLong
    }

    private let limit: Int
    private var line: [UInt8] = []
    /// Whether the last line is longer than allowed already.
    private(set) var isTooLong = false

    init(limit: Int) { self.limit = limit }

    /// Whether the last line has no end yet.
    var isOpen: Bool { isTooLong || !line.isEmpty }

    /// Whether the last line is longer than allowed already, although it has no end yet.
    var isOverflowing: Bool { isTooLong }

    /// The lines that end in `bytes`; empty ones are left out.
    mutating func take(_ bytes: some Collection<UInt8>) -> [Piece] {
        var pieces: [Piece] = []
        var rest = bytes[...]
        while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
            append(rest[..<end])
            rest = rest[rest.index(after: end)...]
            if line.last == UInt8(ascii: "\r") { line.removeLast() }
            if isTooLong {
                pieces.append(.tooLong)
            } else if !line.isEmpty {
                pieces.append(.line(line))
            }
            line = []
            isTooLong = false
        }
        append(rest)
        return pieces
    }

    private mutating func append(_ bytes: some Collection<UInt8>) {
        guard !isTooLong else { return }
        guard line.count + bytes.count <= limit + 1 else {
            isTooLong = true
            line = []
            return
        }
        line.append(contentsOf: bytes)
    }
}
