public import Core
public import Store

/// A command or query that people, programs and agents can call; routes, the CLI and MCP map to it.
public struct Tool: Sendable {
    /// What calling a tool does.
    public enum Effect: String, Sendable {
        /// Looks only.
        case read
        /// Computes from its input and what it reads, and changes nothing; may take long and is run
        /// away from the event loops.
        case compute
        /// Changes records; the change happens exactly once per call key.
        case write
        /// Reaches outside the store; at least once, with an idempotency key.
        case external
    }

    /// Changes records within the caller's transaction and answers the tool's output.
    public typealias Commit = @Sendable (any Transaction) throws -> JSON

    /// How a tool does its work.
    public enum Body: Sendable {
        /// Answers from one snapshot.
        case read(@Sendable (JSONReader, Invocation, any Reader) throws -> JSON)
        /// Answers from one snapshot with text that it puts together, for queries that must be fast.
        case document(@Sendable (JSONReader, Invocation, any Reader) throws -> JSONText)
        /// Prepares what needs waiting for (hashing, writing a file), then answers the change itself.
        case write(@Sendable (JSONReader, Invocation) async throws -> Commit)
        /// Changes records like `write`, and answers text that it puts together.
        case writeDocument(
            @Sendable (JSONReader, Invocation) async throws
                -> @Sendable (any Transaction) throws -> JSONText
        )
        /// Computes.
        case compute(@Sendable (JSONReader, Invocation) async throws -> JSON)
        /// Reaches outside.
        case external(@Sendable (JSONReader, Invocation) async throws -> JSON)
    }

    /// Unique, as `room.verb-noun`, for instance `logistics.book-vehicle`.
    public var name: String
    /// What it does, for people and models, in a sentence or two.
    public var purpose: String
    /// What it takes; always an object.
    public var input: Schema
    /// What it answers.
    public var output: Schema
    /// Who may call it, besides the agents that list it.
    public var roles: Set<Role>
    /// Whether a person must agree to each call an agent makes.
    public var needsApproval: Bool
    /// The work.
    public var body: Body

    /// A tool.
    ///
    /// - Parameters:
    ///   - name: as `room.verb-noun`.
    ///   - purpose: a sentence or two.
    ///   - input: the schema of its input.
    ///   - output: the schema of its output; anything by default.
    ///   - roles: who may call it besides the agents that list it; nobody by default.
    ///   - needsApproval: whether a person must agree to an agent's call.
    ///   - body: the work.
    /// - Throws: a fault of code `invalid-schema`.
    public init(
        name: String,
        purpose: String,
        input: JSON,
        output: JSON = true,
        roles: Set<Role> = [],
        needsApproval: Bool = false,
        body: Body
    ) throws(GeneralFault) {
        self.name = name
        self.purpose = purpose
        self.input = try Schema(input)
        self.output = try Schema(output)
        self.roles = roles
        self.needsApproval = needsApproval
        self.body = body
    }

    /// What calling it does.
    public var effect: Effect {
        switch body {
        case .read, .document: .read
        case .write, .writeDocument: .write
        case .compute: .compute
        case .external: .external
        }
    }
}

/// The circumstances of one call.
public struct Invocation: Sendable {
    /// On whose authority.
    public var scope: Scope
    /// The moment of the call; a repeated call after a crash sees the first one's.
    public var now: Timestamp
    /// Identifies the call across repetitions, for effects outside.
    public var key: String
    /// Makes ids for what the call creates.
    public var ids: IDGenerator
    /// The version that the caller means to change; nil for any.
    ///
    /// Tools that change a record with a version check it in their transaction.
    public var expected: ExpectedVersion?
    /// Tools that the organisation brought in and its settings give to the agent that calls.
    public var outsideTools: Set<String> = []
    /// Run first in every transaction of the call; throws ``NoLongerWanted`` when the call is not.
    public var stillWanted: @Sendable (any Transaction) throws -> Void

    /// The circumstances of a call.
    ///
    /// - Parameters:
    ///   - scope: on whose authority.
    ///   - now: the moment.
    ///   - key: identifies the call across repetitions.
    ///   - ids: makes ids.
    ///   - expected: the version that the caller means to change.
    ///   - stillWanted: run first in every transaction of the call.
    public init(
        scope: Scope,
        now: Timestamp,
        key: String,
        ids: IDGenerator,
        expected: ExpectedVersion? = nil,
        stillWanted: @escaping @Sendable (any Transaction) throws -> Void = { _ in }
    ) {
        self.expected = expected
        self.scope = scope
        self.now = now
        self.key = key
        self.ids = ids
        self.stillWanted = stillWanted
    }
}

/// A call or a run came too late: what asked for it has ended or moved on.
public struct NoLongerWanted: Error {
    /// That is all there is to say.
    public init() {}
}

/// A call that has done all it needs to wait for.
public enum Prepared<Output: Sendable>: Sendable {
    /// Nothing is left to do: this is the output.
    case done(Output)
    /// The change itself, to be run within a transaction, perhaps together with others.
    case commit(@Sendable (any Transaction) throws -> Output)

    /// The same call with another form of output.
    public func map<Other: Sendable>(
        _ form: @escaping @Sendable (Output) throws -> Other
    ) rethrows -> Prepared<Other> {
        switch self {
        case .done(let output): .done(try form(output))
        case .commit(let commit): .commit { try form(try commit($0)) }
        }
    }
}

/// A prepared call whose output is a value.
public typealias PreparedCall = Prepared<JSON>
