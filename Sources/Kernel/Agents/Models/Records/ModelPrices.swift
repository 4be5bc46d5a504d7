public import Core

/// What a model's tokens cost, in millionths of the organisation's currency for a million tokens.
public struct ModelPrices: Sendable, Equatable {
    /// The dearest that a million tokens may be: a million units.
    static let largest = 1_000_000 * 1_000_000

    /// Read.
    public var input: Int
    /// Written.
    public var output: Int
    /// Read from the provider's cache.
    public var cacheRead: Int
    /// Put into the provider's cache.
    public var cacheWrite: Int

    /// Prices; where nobody says otherwise, the cache costs what is the dearest of the providers'.
    ///
    /// Reading it costs as much as the input, filling it a quarter more (Anthropic's, for five minutes).
    public init(input: Int = 0, output: Int = 0, cacheRead: Int? = nil, cacheWrite: Int? = nil) {
        self.input = input
        self.output = output
        self.cacheRead = cacheRead ?? input
        self.cacheWrite = cacheWrite ?? (input + (input + 3) / 4)
    }

    /// What tokens cost in millionths, the whole rounded up once: never less than the provider bills.
    public func cost(of usage: ModelUsage) -> Int {
        func part(_ tokens: Int, _ price: Int) -> Int128 { Int128(max(0, tokens)) * Int128(price) }
        let sum =
            part(usage.input, input) + part(usage.output, output)
            + part(usage.cacheRead, cacheRead) + part(usage.cacheWrite, cacheWrite)
        return Int(clamping: (sum + 999_999) / 1_000_000)
    }

    /// What a call may cost at most: everything read at the dearest price, everything written.
    func most(input tokens: Int, output written: Int) -> Int {
        let dearest = max(input, cacheRead, cacheWrite)
        return ModelPrices(input: dearest, output: output)
            .cost(of: ModelUsage(input: tokens, output: written))
    }

    /// `{"input","output","cacheRead","cacheWrite"}` as decimals for a million tokens.
    public var json: JSON {
        [
            "input": .string(Micros.text(input)), "output": .string(Micros.text(output)),
            "cacheRead": .string(Micros.text(cacheRead)),
            "cacheWrite": .string(Micros.text(cacheWrite)),
        ]
    }

    /// Reads ``json``; what is missing is as before, or free.
    init(_ input: JSONReader?, over before: ModelPrices? = nil) throws {
        guard let input else {
            self = before ?? ModelPrices()
            return
        }
        func price(_ name: String) throws -> Int? {
            guard let reader = try input.optional(name) else { return nil }
            let price = try reader.micros()
            guard price <= Self.largest else {
                throw ModelsError(
                    .invalidSetting,
                    "a million tokens cost at most \(Micros.text(Self.largest))",
                    pointer: reader.pointer
                )
            }
            return price
        }
        let read = try price("input") ?? before?.input ?? 0
        self.init(
            input: read,
            output: try price("output") ?? before?.output ?? 0,
            cacheRead: try price("cacheRead") ?? before?.cacheRead,
            cacheWrite: try price("cacheWrite") ?? before?.cacheWrite
        )
    }
}
