/// The subject of organisation ids; the organisation's record lives in `Identity`.
public enum Organisation: Sendable {}

/// The subject of account ids: a person's or a service's.
public enum Account: Sendable {}

/// The subject of session ids: one sign-in, from the password to the sign-out.
public enum Session: Sendable {}

/// Who acts: a person, or a service such as an agent.
public struct Actor: Sendable, Hashable {
    /// The sorts of actor.
    public enum Kind: String, Sendable, CaseIterable {
        /// A human being with a sign-in.
        case person
        /// A program: an agent, a device, an integration.
        case service
    }

    /// The account.
    public var id: ID<Account>
    /// What sort of actor it is.
    public var kind: Kind
    /// The name as people read it: a person's name, or an agent's, for instance `logistics.analyser`.
    public var name: String

    /// An actor.
    public init(id: ID<Account>, kind: Kind, name: String) {
        self.id = id
        self.kind = kind
        self.name = name
    }

    /// `{"id","kind","name"}`.
    public var json: JSON {
        ["id": id.json, "kind": .string(kind.rawValue), "name": .string(name)]
    }

    /// Reads what `json` wrote; nil when it is something else.
    public init?(json: JSON?) {
        guard let id = json?["id"]?.string.flatMap({ ID<Account>($0) }),
            let kind = json?["kind"]?.string.flatMap(Kind.init(rawValue:)),
            let name = json?["name"]?.string
        else { return nil }
        self.init(id: id, kind: kind, name: name)
    }
}

/// A named set of permissions, for instance `planner`.
public struct Role: RawRepresentable, Sendable, Hashable, ExpressibleByStringLiteral {
    /// The name.
    public let rawValue: String

    /// A role of the given name.
    public init(rawValue: String) { self.rawValue = rawValue }

    /// A role of the given name.
    public init(stringLiteral value: String) { rawValue = value }
}

/// On whose authority something is done: nothing reads or changes records without one.
public struct Scope: Sendable {
    /// The only organisation whose records may be seen or changed.
    public var organisation: ID<Organisation>
    /// Who acts.
    public var actor: Actor
    /// What the actor may do.
    public var roles: Set<Role>
    /// For whom the actor acts, when it is an agent or workflow that somebody's act started.
    public var onBehalfOf: Actor?
    /// The sign-in that the authority comes from; nil for services, keys and the program itself.
    public var session: ID<Session>?
    /// Where this act stands in its trace.
    public var trace: TraceContext

    /// A scope.
    public init(
        organisation: ID<Organisation>,
        actor: Actor,
        roles: Set<Role>,
        onBehalfOf: Actor? = nil,
        session: ID<Session>? = nil,
        trace: TraceContext
    ) {
        self.organisation = organisation
        self.actor = actor
        self.roles = roles
        self.onBehalfOf = onBehalfOf
        self.session = session
        self.trace = trace
    }
}

/// A position in a distributed trace (W3C Trace Context, `traceparent` version 00).
public struct TraceContext: Sendable, Hashable, CustomStringConvertible {
    /// The upper half of the trace id.
    public var traceHigh: UInt64
    /// The lower half of the trace id.
    public var traceLow: UInt64
    /// The span's id.
    public var span: UInt64

    /// A position with ids that were chosen before; neither the trace's nor the span's may be zero.
    public init(traceHigh: UInt64, traceLow: UInt64, span: UInt64) {
        self.traceHigh = traceHigh
        self.traceLow = traceLow
        self.span = span
    }

    /// The start of a new trace.
    public init(random: some RandomSource) {
        traceHigh = random.next()
        traceLow = random.next() | 1
        span = random.next() | 1
    }

    /// Reads `00-<32 hex>-<16 hex>-<2 hex>`; nil for anything else, all-zero ids included.
    public init?(_ traceparent: some StringProtocol) {
        let parts = traceparent.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 4, parts[0] == "00", parts[1].utf8.count == 32,
            parts[2].utf8.count == 16,
            parts[3].utf8.count == 2, parts.allSatisfy({ $0.utf8.allSatisfy(Self.isLowerHex) }),
            let high = UInt64(parts[1].prefix(16), radix: 16),
            let low = UInt64(parts[1].suffix(16), radix: 16),
            let span = UInt64(parts[2], radix: 16),
            high | low != 0, span != 0
        else { return nil }
        traceHigh = high
        traceLow = low
        self.span = span
    }

    private static func isLowerHex(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x61...0x66).contains(byte)
    }

    /// A new span within the same trace.
    public func child(random: some RandomSource) -> TraceContext {
        var child = self
        child.span = random.next() | 1
        return child
    }

    /// The trace id as 32 hexadecimal digits.
    public var traceID: String { hexadecimal(traceHigh) + hexadecimal(traceLow) }

    /// The `traceparent` header.
    public var description: String { "00-\(traceID)-\(hexadecimal(span))-01" }
}

private func hexadecimal(_ value: UInt64) -> String {
    let digits = String(value, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
}
