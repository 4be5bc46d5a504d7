public import Core

/// What an evaluation sees besides its input.
public struct JSONataEnvironment: Sendable {
    /// The values of variables by their names without `$`.
    public var bindings: [String: JSON]
    /// What `$now()` and `$millis()` tell.
    public var now: Timestamp
    /// What `$random()`, `$shuffle()` and `$uuid()` draw from.
    public var random: any RandomSource
    /// How much the evaluation may take.
    public var limits: JSONataLimits

    /// The given parts.
    public init(
        bindings: [String: JSON] = [:],
        now: Timestamp,
        random: any RandomSource,
        limits: JSONataLimits = JSONataLimits()
    ) {
        self.bindings = bindings
        self.now = now
        self.random = random
        self.limits = limits
    }
}
