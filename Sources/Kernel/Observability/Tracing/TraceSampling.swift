public import Core

/// Which pieces of work leave spans.
///
/// The decision for a trace hangs on its id alone, so that every room comes to the same one without
/// being told: the lowest 56 bits are random (W3C Trace Context Level 2, section 5), and a share of
/// all traces is what lies below that share of 2^56.
public struct TraceSampling: Sendable {
    /// The share of queries that leave spans, 0…1; default 0.01.
    public let reads: Double
    /// The share of commands and of what they set in motion, 0…1; default 1.
    public let commands: Double
    /// Work that takes longer always leaves a span, whatever it is; default 500 ms.
    public let slow: Duration

    private let readLimit: UInt64
    private let commandLimit: UInt64

    /// A choice; shares outside of 0…1 are brought into it.
    public init(
        reads: Double = 0.01,
        commands: Double = 1,
        slow: Duration = .milliseconds(500)
    ) {
        self.reads = min(max(reads, 0), 1)
        self.commands = min(max(commands, 0), 1)
        self.slow = slow
        readLimit = Self.limit(self.reads)
        commandLimit = Self.limit(self.commands)
    }

    private static let randomBits: UInt64 = (1 << 56) - 1

    private static func limit(_ share: Double) -> UInt64 { UInt64(share * 0x1p56) }

    /// Whether a query within this trace leaves a span even when it is quick and goes well.
    @inline(__always)
    public func samples(query trace: TraceContext) -> Bool {
        trace.traceLow & Self.randomBits < readLimit
    }

    /// Whether a command or run within this trace leaves spans.
    @inline(__always)
    public func samples(command trace: TraceContext) -> Bool {
        trace.traceLow & Self.randomBits < commandLimit
    }
}
