/// What has to be known of a model, or of the server that runs it, to speak with it.
public struct ModelTraits: Sendable, Equatable {
    /// How it is held to a JSON Schema; default natively.
    public var answers: AnswerMeans
    /// Whether it takes a temperature, default true; those that think first mostly do not.
    public var takesTemperature: Bool
    /// Whether its answers are streamed; default true.
    public var streams: Bool

    /// Traits; everything has a default.
    public init(
        answers: AnswerMeans = .native,
        takesTemperature: Bool = true,
        streams: Bool = true
    ) {
        self.answers = answers
        self.takesTemperature = takesTemperature
        self.streams = streams
    }
}
