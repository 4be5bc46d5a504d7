/// A time zone: when its clocks show what (TZif, RFC 8536).
public struct TimeZoneRules: Sendable {
    /// What the clocks on the wall show.
    public struct Local: Sendable, Hashable {
        /// The day.
        public var date: CalendarDate
        /// Seconds after midnight, by the clock.
        public var secondOfDay: Int
    }

    /// Seconds since the Unix epoch from which on an offset holds, ascending.
    private let transitions: [(at: Int64, offset: Int)]
    private let first: Int
    /// For what comes after the last transition.
    private let footer: TimeZoneRule?

    /// Reads a TZif file of version 2 or later; nil for anything else.
    public init?(_ bytes: [UInt8]) {
        var reader = Reader(bytes: bytes)
        // The first block has 32-bit times and is skipped.
        guard let old = reader.header(), old.version >= 2,
            reader.skip(old.size(timeSize: 4)), let header = reader.header(),
            let times = reader.numbers(header.timeCount, size: 8),
            let kinds = reader.numbers(header.timeCount, size: 1)
        else { return nil }
        var offsets: [Int] = []
        for _ in 0..<header.typeCount {
            guard let offset = reader.number(size: 4), reader.skip(2) else { return nil }
            offsets.append(Int(offset))
        }
        guard let first = offsets.first,
            kinds.allSatisfy({ $0 >= 0 && Int($0) < offsets.count }),
            reader.skip(header.afterTypes(timeSize: 8))
        else { return nil }
        transitions = zip(times, kinds).map { ($0, offsets[Int($1)]) }
        self.first = first
        footer = TimeZoneRule(reader.rest)
    }

    /// Seconds east of Greenwich at a moment.
    public func offset(at seconds: Int64) -> Int {
        if let last = transitions.last, seconds >= last.at {
            return footer?.offset(at: seconds) ?? last.offset
        }
        if transitions.isEmpty { return footer?.offset(at: seconds) ?? first }
        var low = 0
        var high = transitions.count
        while low < high {
            let middle = (low + high) / 2
            if transitions[middle].at <= seconds { low = middle + 1 } else { high = middle }
        }
        return low == 0 ? first : transitions[low - 1].offset
    }

    /// What the clocks show at a moment.
    public func local(_ moment: Timestamp) -> Local {
        let seconds = Self.floor(moment.microseconds, 1_000_000)
        let local = seconds + Int64(offset(at: seconds))
        let day = Self.floor(local, 86_400)
        return Local(
            date: CalendarDate(daysSinceEpoch: Int(day)),
            secondOfDay: Int(local - day * 86_400)
        )
    }

    /// The first moment after another at which the clocks show a time of a day, or have jumped past it.
    public func first(after moment: Timestamp, date: CalendarDate, secondOfDay: Int) -> Timestamp {
        let wall = Int64(date.daysSinceEpoch) * 86_400 + Int64(secondOfDay)
        let now = Self.floor(moment.microseconds, 1_000_000)
        // Offsets that hold about then: what the clocks show is right for some of them, none, or all.
        let offsets = Set([offset(at: wall - 100_000), offset(at: wall + 100_000)])
        let exact = offsets.map { wall - Int64($0) }
            .filter { $0 > now && $0 + Int64(offset(at: $0)) == wall }
        if let found = exact.min() { return Timestamp(microseconds: found * 1_000_000) }
        // The clocks skip this time: the moment of the jump lies between the two readings of it.
        var low = wall - Int64(offsets.max() ?? 0)
        var high = wall - Int64(offsets.min() ?? 0)
        while low < high {
            let middle = low + (high - low) / 2
            if middle + Int64(offset(at: middle)) >= wall {
                high = middle
            } else {
                low = middle + 1
            }
        }
        return Timestamp(microseconds: max(low, now + 1) * 1_000_000)
    }

    /// The moments at which the clocks show a time of a day: none when they skip it, two when they show
    /// it twice, ascending.
    public func moments(date: CalendarDate, secondOfDay: Int) -> [Timestamp] {
        let wall = Int64(date.daysSinceEpoch) * 86_400 + Int64(secondOfDay)
        let offsets = Set([offset(at: wall - 100_000), offset(at: wall + 100_000)])
        return offsets.map { wall - Int64($0) }
            .filter { $0 + Int64(offset(at: $0)) == wall }
            .sorted()
            .map { Timestamp(microseconds: $0 * 1_000_000) }
    }

    private static func floor(_ value: Int64, _ divisor: Int64) -> Int64 {
        let quotient = value / divisor
        return value % divisor < 0 ? quotient - 1 : quotient
    }

    private struct Header {
        var version: Int
        var counts: [Int]

        var timeCount: Int { counts[3] }
        var typeCount: Int { counts[4] }

        /// Designations, leap seconds, standard and universal indicators.
        func afterTypes(timeSize: Int) -> Int {
            counts[5] + counts[2] * (timeSize + 4) + counts[1] + counts[0]
        }

        func size(timeSize: Int) -> Int {
            timeCount * (timeSize + 1) + typeCount * 6 + afterTypes(timeSize: timeSize)
        }
    }

    private struct Reader {
        var bytes: [UInt8]
        var position = 0

        init(bytes: [UInt8]) { self.bytes = bytes }

        var rest: ArraySlice<UInt8> { bytes[position...] }

        mutating func skip(_ count: Int) -> Bool {
            guard count >= 0, position + count <= bytes.count else { return false }
            position += count
            return true
        }

        mutating func number(size: Int) -> Int64? {
            guard position + size <= bytes.count else { return nil }
            var value: Int64 = size > 1 && bytes[position] >= 0x80 ? -1 : 0
            for byte in bytes[position..<(position + size)] { value = value << 8 | Int64(byte) }
            position += size
            return value
        }

        mutating func numbers(_ count: Int, size: Int) -> [Int64]? {
            guard count * size <= bytes.count - position else { return nil }
            var values: [Int64] = []
            for _ in 0..<count {
                guard let value = number(size: size) else { return nil }
                values.append(value)
            }
            return values
        }

        mutating func header() -> Header? {
            guard position + 44 <= bytes.count,
                bytes[position..<(position + 4)].elementsEqual("TZif".utf8)
            else { return nil }
            let version = Int(bytes[position + 4]) - 0x30
            position += 20
            // Order: isutcnt, isstdcnt, leapcnt, timecnt, typecnt, charcnt.
            guard let counts = numbers(6, size: 4), counts.allSatisfy({ (0...100_000) ~= $0 })
            else { return nil }
            return Header(version: version, counts: counts.map(Int.init))
        }
    }
}
