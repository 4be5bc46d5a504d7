import Core

/// One state.
struct State: Sendable {
    enum Body: Sendable {
        case task(TaskBody)
        case pass(result: JSON?)
        case choice([ChoiceRule], otherwise: String?)
        case wait(WaitBody)
        case succeed
        case fail(error: TextField?, cause: TextField?)
        case parallel(branches: [String])
        case map(MapBody)
    }

    /// `InputPath` and `OutputPath`.
    enum Filter: Sendable {
        case whole
        case nothing
        case path(JSONPath)
    }

    enum ResultPlace: Sendable {
        case replace
        case discard
        case path(JSONPath)
    }

    /// A text that is written down or found at run time.
    enum TextField: Sendable {
        case literal(String)
        case expression(PathExpression)
        case query(Query)
    }

    /// A number that is written down or found at run time.
    struct Amount: Sendable {
        enum Source: Sendable {
            case literal(JSON)
            case path(JSONPath)
            case query(Query)
        }

        /// The field's name without `Path`.
        var name: String
        var source: Source
    }

    struct TaskBody: Sendable {
        var resource: String
        var events: TaskEvents
        var timeout: Amount?
        var heartbeat: Amount?
        var credentials: PayloadTemplate?
    }

    enum WaitBody: Sendable {
        case seconds(Amount)
        case timestamp(Timestamp)
        case timestampPath(JSONPath)
        case timestampQuery(Query)
    }

    struct Retrier: Sendable {
        var errors: [String]
        var intervalSeconds = 1
        var maxAttempts = 3
        var backoffRate = 2.0
        var maxDelaySeconds: Int?
        var fullJitter = false

        /// The wait before retry number `attempt`, counted from zero.
        ///
        /// `interval × rate^attempt`, capped; with full jitter a uniform share of it, as in
        /// "Exponential Backoff And Jitter" (AWS Architecture Blog, 2015).
        func delay(attempt: Int, random: any RandomSource) -> Duration {
            var seconds = Double(intervalSeconds)
            for _ in 0..<attempt where seconds < 1e9 { seconds *= backoffRate }
            if let maxDelaySeconds { seconds = min(seconds, Double(maxDelaySeconds)) }
            // AWS caps a wait at a year; without a cap the moment could not be represented.
            seconds = min(seconds, 31_622_400)
            if fullJitter { seconds *= random.unit() }
            return .microseconds(Int64((seconds * 1e6).rounded()))
        }
    }

    struct Catcher: Sendable {
        var errors: [String]
        var next: String
        var result: ResultPlace
        /// What becomes of the error; a catcher has its own `Assign` and `Output`.
        var output: PayloadTemplate?
        var assign: [PayloadTemplate.Member] = []
    }

    var name: String
    var type: String
    var language = QueryLanguage.jsonPath
    var body: Body
    /// The state that follows; nil when this one ends its machine.
    var next: String?
    var input: Filter = .whole
    var output: Filter = .whole
    /// `Parameters`, `Arguments`, or `ItemSelector` of a Map.
    var parameters: PayloadTemplate?
    var selector: PayloadTemplate?
    var result: ResultPlace = .replace
    /// `Output` of a JSONata state.
    var outcome: PayloadTemplate?
    var assign: [PayloadTemplate.Member] = []
    var retriers: [Retrier] = []
    var catchers: [Catcher] = []
    /// Whether any of its expressions looks at the context object, and so for variables.
    var usesContext = false
    var usesVariables = false

    /// Every state that may come next.
    var targets: [String] {
        var targets = catchers.map(\.next)
        if let next { targets.append(next) }
        if case .choice(let rules, let otherwise) = body {
            targets.append(contentsOf: rules.map(\.next))
            if let otherwise { targets.append(otherwise) }
        }
        return targets
    }

    /// How a Map goes over its items, nil for other states.
    var map: MapBody? {
        if case .map(let map) = body { map } else { nil }
    }
}

/// What a Map goes over, and how.
struct MapBody: Sendable {
    enum Items: Sendable {
        case path(JSONPath?)
        case template(PayloadTemplate)
    }

    /// JSON Pointer of the machine that each item runs through.
    var processor: String
    var items: Items
    var concurrency: State.Amount?
    var toleratedCount: State.Amount?
    var toleratedPercentage: State.Amount?
    /// Nil for an inline Map.
    var distributed: DistributedMap?

    /// Whether the items have to be kept because evaluating again may give others.
    var keepsItems: Bool {
        if case .template(let template) = items { !template.isConstant } else { false }
    }
}

/// What only a distributed Map has.
final class DistributedMap: Sendable {
    struct Reader: Sendable {
        var resource: String
        var parameters: PayloadTemplate?
        var format: ItemRead.Format
        var headers: [String]?
        var delimiter: String
        var pointer: String?
        var maxItems: State.Amount?
    }

    struct Batcher: Sendable {
        var maxItems: State.Amount?
        var maxBytes: State.Amount?
        var input: PayloadTemplate?
    }

    struct Writer: Sendable {
        enum Transformation: String, Sendable, CaseIterable {
            case none = "NONE"
            case compact = "COMPACT"
            case flatten = "FLATTEN"
        }

        /// Where the results are written; nil when only their form is given.
        var resource: String?
        var parameters: PayloadTemplate?
        var transformation: Transformation
        var isLines: Bool
    }

    let label: String
    let reader: Reader?
    let batcher: Batcher?
    let writer: Writer?

    init(label: String, reader: Reader?, batcher: Batcher?, writer: Writer?) {
        self.label = label
        self.reader = reader
        self.batcher = batcher
        self.writer = writer
    }
}
