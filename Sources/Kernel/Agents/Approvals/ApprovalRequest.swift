public import Core
import Identity

/// What people are asked to agree to, and who is asked for how long.
public struct ApprovalRequest: Sendable {
    /// More people who may decide, and are told, when nobody has after a while.
    public struct Escalation: Sendable, Hashable {
        /// How long after the request, more than zero and at most 30 days.
        public var after: Duration
        /// Who may decide from then on, too.
        public var roles: Set<Role>

        /// A step.
        public init(after: Duration, roles: Set<Role>) {
            self.after = after
            self.roles = roles
        }
    }

    /// What it is asked by, unique in the organisation, 1 to 400 characters: `<run key>/<step>` of a tool
    /// call, the token of a task.
    public var key: String
    /// What waits for the answer.
    public var kind: Approval.Kind
    /// The question in one line, 1 to 200 characters.
    public var title: String
    /// What people should know to decide; at most 64 KiB.
    public var details: JSON
    /// The agent that wants to call the tool.
    public var agent: String?
    /// The tool that it wants to call.
    public var tool: String?
    /// What it wants to call the tool with, which people may change; at most 256 KiB.
    public var input: JSON?
    /// What a changed input must fit; nil for the tool's own schema.
    public var schema: JSON?
    /// The workflow execution that it belongs to.
    public var execution: String?
    /// Who may decide, at most 20, none of ``neverDeciding``; empty is ``standardDeciders``.
    public var roles: Set<Role>
    /// Whether somebody else must decide than whoever asks, or the person for whom is asked.
    public var needsSecondPerson: Bool
    /// When it is too late; nil for never.
    public var expiresAt: Timestamp?
    /// In order of time, at most 10.
    public var escalation: [Escalation]

    /// A request.
    public init(
        key: String,
        kind: Approval.Kind,
        title: String,
        details: JSON = .null,
        agent: String? = nil,
        tool: String? = nil,
        input: JSON? = nil,
        schema: JSON? = nil,
        execution: String? = nil,
        roles: Set<Role> = [],
        needsSecondPerson: Bool = false,
        expiresAt: Timestamp? = nil,
        escalation: [Escalation] = []
    ) {
        self.key = key
        self.kind = kind
        self.title = title
        self.details = details
        self.agent = agent
        self.tool = tool
        self.input = input
        self.schema = schema
        self.execution = execution
        self.roles = roles
        self.needsSecondPerson = needsSecondPerson
        self.expiresAt = expiresAt
        self.escalation = escalation
    }

    /// Who decides when nobody is named.
    public static let standardDeciders: Set<Role> = [.admin, .manager]
    /// Who is never asked: programs, and those whom the organisation serves.
    public static let neverDeciding: Set<Role> = [.aiAgent, .device, .customer]
    /// The longest that a step may be away.
    public static let longestEscalation = Duration.seconds(30 * 86_400)
    /// The longest that a question may stay open when its end is set.
    public static let longestLife = Duration.seconds(366 * 86_400)

    /// Who may decide from the beginning.
    var deciders: Set<Role> {
        let asked = roles.subtracting(Self.neverDeciding)
        return asked.isEmpty ? Self.standardDeciders : asked
    }

    /// Refuses what is too long, too large or makes no sense.
    ///
    /// - Throws: a fault of code `invalid-approval` with the pointer to what is wrong.
    func check(at now: Timestamp) throws(GeneralFault) {
        try require(1...400 ~= key.count, "/key", "expected 1 to 400 characters")
        try require(1...200 ~= title.count, "/title", "expected 1 to 200 characters")
        try require(
            !title.unicodeScalars.contains { $0.properties.generalCategory == .control },
            "/title",
            "expected one line without control characters"
        )
        try require(details.bytes().count <= 65_536, "/details", "expected at most 64 KiB")
        try require((input?.bytes().count ?? 0) <= 262_144, "/input", "expected at most 256 KiB")
        try require((schema?.bytes().count ?? 0) <= 65_536, "/schema", "expected at most 64 KiB")
        if let schema {
            do throws(GeneralFault) {
                _ = try Schema(schema)
            } catch {
                try require(false, "/schema" + (error.pointer ?? ""), error.message)
            }
        }
        try require(
            kind != .toolCall || tool != nil && input != nil,
            "/tool",
            "expected a tool call"
        )
        try check(roles, at: "/roles", isNeeded: false)
        if let expiresAt {
            try require(expiresAt > now, "/expiresAt", "expected a time to come")
            try require(
                expiresAt <= now + Self.longestLife,
                "/expiresAt",
                "expected a time within 366 days"
            )
        }
        try require(escalation.count <= 10, "/escalation", "expected at most 10 steps")
        var last = Duration.zero
        for (index, step) in escalation.enumerated() {
            try require(
                step.after > last && step.after <= Self.longestEscalation,
                "/escalation/\(index)/after",
                "expected steps in order of time, each later than the one before, within 30 days"
            )
            last = step.after
            try check(step.roles, at: "/escalation/\(index)/roles", isNeeded: true)
        }
    }

    private func check(
        _ roles: Set<Role>,
        at pointer: String,
        isNeeded: Bool
    ) throws(GeneralFault) {
        try require(
            roles.count <= 20 && !(isNeeded && roles.isEmpty),
            pointer,
            isNeeded ? "expected 1 to 20 roles" : "expected at most 20 roles"
        )
        for role in roles {
            try require(
                1...64 ~= role.rawValue.utf8.count && !Self.neverDeciding.contains(role),
                pointer,
                "\"\(role.rawValue.prefix(64))\" is no role of people who decide"
            )
        }
    }

    private func require(
        _ isFine: Bool,
        _ pointer: String,
        _ message: String
    ) throws(GeneralFault) {
        guard !isFine else { return }
        throw GeneralFault(.invalid, code: "invalid-approval", message, pointer: pointer)
    }
}
