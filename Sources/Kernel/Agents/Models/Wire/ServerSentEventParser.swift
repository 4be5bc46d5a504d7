/// Reads server-sent events out of bytes, wherever they were cut (WHATWG HTML, section 9.2).
struct ServerSentEventParser: Sendable {
    /// One event.
    struct Event: Sendable, Equatable {
        /// Its type; `message` unless it says another.
        var type: String
        /// Its data, lines joined.
        var data: [UInt8]
    }

    /// The longest line, and the longest data of one event.
    static let limit = 4 << 20

    private var line: [UInt8] = []
    private var type: [UInt8] = []
    private var data: [UInt8] = []
    private var hasData = false
    private var afterReturn = false
    private var isFirstLine = true

    /// Takes the next bytes.
    ///
    /// - Returns: the events that are complete with them.
    /// - Throws: `malformed` for one that is too long.
    mutating func take(_ bytes: [UInt8]) throws(ModelFault) -> [Event] {
        var events: [Event] = []
        var rest = bytes[...]
        while let first = rest.first {
            if afterReturn {
                afterReturn = false
                if first == 0x0A {
                    rest = rest.dropFirst()
                    continue
                }
            }
            guard let end = rest.firstIndex(where: { $0 == 0x0A || $0 == 0x0D }) else {
                try extend(rest)
                return events
            }
            try extend(rest[..<end])
            afterReturn = rest[end] == 0x0D
            rest = rest[(end + 1)...]
            if let event = try endLine() { events.append(event) }
        }
        return events
    }

    private mutating func extend(_ more: ArraySlice<UInt8>) throws(ModelFault) {
        guard line.count + more.count <= Self.limit else { throw tooLong }
        line.append(contentsOf: more)
    }

    private mutating func endLine() throws(ModelFault) -> Event? {
        defer { line.removeAll(keepingCapacity: true) }
        if isFirstLine {
            isFirstLine = false
            if line.starts(with: [0xEF, 0xBB, 0xBF]) { line.removeFirst(3) }
        }
        guard !line.isEmpty else { return dispatch() }
        let colon = line.firstIndex(of: UInt8(ascii: ":")) ?? line.endIndex
        let name = line[..<colon]
        var value = line[min(colon + 1, line.endIndex)...]
        if value.first == 0x20 { value = value.dropFirst() }
        if name.elementsEqual("data".utf8) {
            guard data.count + value.count <= Self.limit else { throw tooLong }
            if hasData { data.append(0x0A) }
            hasData = true
            data.append(contentsOf: value)
        } else if name.elementsEqual("event".utf8) {
            type = Array(value)
        }
        return nil
    }

    private mutating func dispatch() -> Event? {
        defer {
            type = []
            data = []
            hasData = false
        }
        guard hasData else { return nil }
        let name = type.isEmpty ? "message" : String(decoding: type, as: UTF8.self)
        return Event(type: name, data: data)
    }

    private var tooLong: ModelFault {
        .malformed("an event is longer than \(Self.limit) bytes")
    }
}
