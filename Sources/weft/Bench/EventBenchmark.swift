import Core
import Events
import Glibc

/// Measures how many events a second one thread matches, from UTF-8 bytes with parsing.
struct EventBenchmark {
    /// The events, one after the other, each with its place in `text`.
    private let text: [UInt8]
    private let lines: [Range<Int>]

    /// A benchmark over the lines of an NDJSON text.
    init(_ text: [UInt8]) {
        self.text = text
        lines = text.split(separator: UInt8(ascii: "\n")).map { $0.startIndex..<$0.endIndex }
    }

    /// Some of the events, for making rules of.
    func samples(_ count: Int) throws -> [JSON] {
        try lines.prefix(count).map { try JSON(parsing: text[$0]) }
    }

    /// Matches all events over and over until the time is up.
    ///
    /// - Parameters:
    ///   - machine: the rules.
    ///   - seconds: how long.
    ///   - listing: whether the matching rules are listed for each event, and not only counted.
    /// - Returns: `{"rules","events","eventsPerSecond","cpuMicrosPerEvent","matchesPerEvent",…}`.
    /// - Throws: `EventSyntaxError` when a line is no event.
    func run(_ machine: PatternMachine, seconds: Double, listing: Bool) throws -> JSONObject {
        let matcher = PatternMatcher(machine)
        var events = 0
        // The first pass counts, and warms the caches.
        let matches = try count(matcher)
        let started = Self.now(CLOCK_MONOTONIC)
        let cpu = Self.now(CLOCK_THREAD_CPUTIME_ID)
        var elapsed = 0.0
        repeat {
            try pass(matcher, listing)
            events += lines.count
            elapsed = Self.now(CLOCK_MONOTONIC) - started
        } while elapsed < seconds
        let used = Self.now(CLOCK_THREAD_CPUTIME_ID) - cpu
        let complexity = machine.complexity
        return JSONObject([
            ("rules", .int(machine.count)), ("events", .int(events)),
            ("eventsPerSecond", .double((Double(events) / elapsed).rounded())),
            ("eventsPerCPUSecond", .double((Double(events) / used).rounded())),
            ("cpuMicrosPerEvent", .double(used / Double(events) * 1e6)),
            ("matchesPerEvent", .double(Double(matches) / Double(lines.count))),
            ("bytesPerEvent", .double((Double(text.count) / Double(lines.count)).rounded())),
            ("states", .int(complexity.states)), ("branches", .int(complexity.branches)),
        ])
    }

    private func count(_ matcher: PatternMatcher) throws -> Int {
        try text.withUnsafeBytes { bytes in
            try lines.reduce(0) { count, line in
                try matcher.match(UnsafeRawBufferPointer(rebasing: bytes[line]))
                return count + matcher.count
            }
        }
    }

    /// Matches every event once; the outcome is a set of rules, which may also be listed.
    private func pass(_ matcher: PatternMatcher, _ listing: Bool) throws {
        try text.withUnsafeBytes { bytes in
            for line in lines {
                try matcher.match(UnsafeRawBufferPointer(rebasing: bytes[line]))
                if listing { blackHole(matcher.rules) }
            }
        }
    }

    @inline(never)
    private func blackHole(_ rules: [Int]) {}

    private static func now(_ clock: clockid_t) -> Double {
        var time = timespec()
        clock_gettime(clock, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
}
