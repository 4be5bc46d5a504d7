/// How much an expression may take; what goes beyond ends with the error U1001.
public struct JSONataLimits: Sendable {
    /// How long a source may be in bytes of UTF-8; default 1 MiB.
    public var source: Int
    /// How much work an evaluation may do, counted in expressions evaluated and values made; default 20 million.
    public var steps: Int
    /// How deep evaluations may nest: a call of a function takes about three; default 10,000.
    public var depth: Int
    /// How many elements one array may have; default ten million, as the reference's range operator has it.
    public var elements: Int
    /// How long one string may be in bytes of UTF-8; default 64 MiB.
    public var text: Int
    /// How deep a value may nest; default 200.
    public var nesting: Int
    /// How long an evaluation may take; default 10 seconds.
    public var time: Duration

    /// The given limits, or their defaults.
    public init(
        source: Int = 1 << 20,
        steps: Int = 20_000_000,
        depth: Int = 10_000,
        elements: Int = 10_000_000,
        text: Int = 64 << 20,
        nesting: Int = 200,
        time: Duration = .seconds(10)
    ) {
        self.source = source
        self.steps = steps
        self.depth = depth
        self.elements = elements
        self.text = text
        self.nesting = nesting
        self.time = time
    }

    /// The limit of a source whose expression is compiled without others.
    static let sourceDefault = 1 << 20
}
