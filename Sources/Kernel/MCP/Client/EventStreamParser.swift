/// Takes a stream of server-sent events apart (WHATWG HTML, section 9.2.6), fed in any pieces.
struct EventStreamParser: Sendable {
    /// One event.
    struct Event: Sendable, Hashable {
        /// The kind, `message` when the stream names none.
        var type: String
        /// The data lines joined by line breaks; empty when there were none.
        var data: [UInt8]
        /// The id that the stream had when the event ended.
        var id: String?
    }

    /// More data or a longer line than is taken.
    struct TooLarge: Error {}

    /// How long to wait before coming back, once the stream has said so.
    private(set) var retry: Duration?
    /// The id of the last event that had one.
    private(set) var lastID: String?

    private let limit: Int
    private var line: [UInt8] = []
    private var data: [UInt8] = []
    private var hasData = false
    private var type = ""
    private var pendingID: String?
    private var sawReturn = false
    private var isStart = true

    /// A parser that takes events of at most `limit` bytes.
    init(limit: Int, lastID: String? = nil) {
        self.limit = limit
        self.lastID = lastID
        pendingID = lastID
    }

    /// The events that `bytes` complete; one without data sets the id and is left out.
    mutating func feed(_ bytes: some Sequence<UInt8>) throws(TooLarge) -> [Event] {
        var events: [Event] = []
        for byte in bytes {
            // A line ends with LF, CR, or both in this order.
            if byte == 0x0A, sawReturn {
                sawReturn = false
                continue
            }
            sawReturn = byte == 0x0D
            guard byte == 0x0A || byte == 0x0D else {
                guard line.count + data.count < limit else { throw TooLarge() }
                line.append(byte)
                continue
            }
            if isStart, line.starts(with: [0xEF, 0xBB, 0xBF]) { line.removeFirst(3) }
            isStart = false
            if line.isEmpty {
                if let event = dispatch() { events.append(event) }
            } else {
                take(line)
                line.removeAll(keepingCapacity: true)
            }
        }
        return events
    }

    private mutating func dispatch() -> Event? {
        lastID = pendingID
        defer {
            data.removeAll(keepingCapacity: true)
            hasData = false
            type = ""
        }
        guard hasData, !data.isEmpty else { return nil }
        return Event(type: type.isEmpty ? "message" : type, data: data, id: lastID)
    }

    private mutating func take(_ line: [UInt8]) {
        let colon = line.firstIndex(of: UInt8(ascii: ":")) ?? line.endIndex
        var value = colon < line.endIndex ? line[(colon + 1)...] : []
        if value.first == 0x20 { value.removeFirst() }
        switch String(decoding: line[..<colon], as: UTF8.self) {
        case "data":
            if hasData { data.append(0x0A) }
            hasData = true
            data += value
        case "event": type = String(decoding: value, as: UTF8.self)
        case "id":
            // An id is sent back in a header field, so it must be fit for one.
            guard value.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }), value.count <= 1_024 else {
                break
            }
            pendingID = value.isEmpty ? nil : String(decoding: value, as: UTF8.self)
        case "retry":
            guard !value.isEmpty, value.count <= 9,
                value.allSatisfy({ (0x30...0x39).contains($0) }),
                let milliseconds = Int(String(decoding: value, as: UTF8.self))
            else { break }
            retry = .milliseconds(milliseconds)
        default: break
        }
    }
}
