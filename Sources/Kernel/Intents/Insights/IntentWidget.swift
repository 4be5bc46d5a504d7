public import Core
public import Store

/// A figure that outsiders see who know its address: an uptime or a state, of public intents only.
public struct IntentWidget: Sendable {
    /// What a widget shows.
    public enum Kind: String, Sendable, CaseIterable {
        /// The share of the time in which predicates held.
        case uptime
        /// Whether the predicate holds; of all intents, how many do.
        case state
    }

    /// How many an organisation may have.
    public static let most = 100

    /// Its id.
    public var id: ID<IntentWidget>
    /// Whose.
    public var organisation: ID<Organisation>
    /// What it is called, on the badge's left side.
    public var name: String
    /// What it shows.
    public var kind: Kind
    /// Of which intent; nil for all of the organisation's.
    public var intent: ID<Intent>?
    /// Who made it.
    public var createdBy: String
    /// When.
    public var at: Timestamp

    /// A widget.
    public init(
        id: ID<IntentWidget>,
        organisation: ID<Organisation>,
        name: String,
        kind: Kind,
        intent: ID<Intent>?,
        createdBy: String,
        at: Timestamp
    ) {
        self.id = id
        self.organisation = organisation
        self.name = name
        self.kind = kind
        self.intent = intent
        self.createdBy = createdBy
        self.at = at
    }

    /// The API's form.
    public var json: JSON {
        [
            "id": id.json, "name": .string(name), "kind": .string(kind.rawValue),
            "intentId": intent?.json ?? .null, "createdBy": .string(createdBy), "at": at.json,
        ]
    }

    private static let columns = "id, organisation, name, kind, intent, created_by, at"

    private static func widget(_ row: any Row) throws -> IntentWidget {
        IntentWidget(
            id: try row.id(0),
            organisation: try row.id(1),
            name: try row.text(2),
            kind: Kind(rawValue: try row.text(3)) ?? .uptime,
            intent: try row.optionalText(4).flatMap { ID($0) },
            createdBy: try row.text(5),
            at: try row.timestamp(6)
        )
    }

    /// The organisation's widgets.
    ///
    /// - Throws: `StoreError`.
    public static func list(scope: Scope, in reader: any Reader) throws -> [IntentWidget] {
        try reader.query(
            "SELECT \(columns) FROM intent_widget WHERE organisation = ? ORDER BY at DESC, id",
            [.id(scope.organisation)],
            widget
        )
    }

    /// The widget whose token has this digest, whosever it is.
    ///
    /// - Throws: `StoreError`.
    public static func find(digest: String, in reader: any Reader) throws -> IntentWidget? {
        try reader.first(
            "SELECT \(columns) FROM intent_widget WHERE digest = ?",
            [.text(digest)],
            widget
        )
    }

    /// Keeps it.
    ///
    /// - Throws: a fault of code `too-many-widgets`; `StoreError`.
    public func add(digest: String, in transaction: any Transaction) throws {
        let count = try transaction.first(
            "SELECT count(*) FROM intent_widget WHERE organisation = ?",
            [.id(organisation)]
        ) { Int(try $0.int(0)) }
        guard count ?? 0 < Self.most else {
            throw GeneralFault(
                .conflict,
                code: "too-many-widgets",
                "an organisation has at most \(Self.most) widgets; remove one first"
            )
        }
        try transaction.execute(
            """
            INSERT INTO intent_widget (id, organisation, name, kind, intent, digest, created_by, at)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?)
            """,
            [
                .id(id), .id(organisation), .text(name), .text(kind.rawValue), .id(intent),
                .text(digest), .text(createdBy), .time(at),
            ]
        )
    }

    /// Removes one; its address shows nothing any more.
    ///
    /// - Returns: whether there was one.
    /// - Throws: `StoreError`.
    public static func remove(
        _ id: ID<IntentWidget>,
        scope: Scope,
        in transaction: any Transaction
    ) throws -> Bool {
        try transaction.executeCounting(
            "DELETE FROM intent_widget WHERE organisation = ? AND id = ?",
            [.id(scope.organisation), .id(id)]
        ) == 1
    }

    /// What a widget shows at a moment.
    public struct Reading: Sendable, Hashable {
        /// The left side.
        public var label: String
        /// The right side.
        public var value: String
        /// How good that is.
        public var tone: Tone

        /// How good something is.
        public enum Tone: String, Sendable {
            case good
            case middling
            case bad
            case unknown
        }

        /// `{"label","value","tone"}`.
        public var json: JSON {
            [
                "label": .string(label), "value": .string(value), "tone": .string(tone.rawValue),
            ]
        }
    }

    /// What it shows now.
    ///
    /// - Parameter reader: the state to read.
    /// - Returns: label, value and tone.
    /// - Throws: `StoreError`.
    public func reading(in reader: any Reader) throws -> Reading {
        guard let intent else { return try overall(in: reader) }
        let found = try reader.first(
            """
            SELECT i.status, w.state, w.risk, coalesce(w.held_micros, 0),
                coalesce(w.broken_micros, 0)
            FROM intent i LEFT JOIN intent_watch w
                ON w.organisation = i.organisation AND w.intent = i.id
            WHERE i.organisation = ? AND i.id = ? AND i.sensitivity = 'public'
            """,
            [.id(organisation), .id(intent)]
        ) { row in
            (
                status: try row.text(0), state: try row.optionalText(1),
                risk: try row.optionalText(2), held: try row.int(3), broken: try row.int(4)
            )
        }
        guard let found else { return Reading(label: name, value: "not shown", tone: .unknown) }
        if kind == .uptime { return uptime(held: found.held, broken: found.broken) }
        switch (found.status, found.state, found.risk) {
        case ("open", "holds", "none"):
            return Reading(label: name, value: "holds", tone: .good)
        case ("open", "holds", _): return Reading(label: name, value: "at risk", tone: .middling)
        case ("open", "broken", _): return Reading(label: name, value: "drifting", tone: .bad)
        case ("met", _, _): return Reading(label: name, value: "met", tone: .good)
        case ("missed", _, _): return Reading(label: name, value: "missed", tone: .bad)
        case ("open", _, _): return Reading(label: name, value: "no data", tone: .unknown)
        default: return Reading(label: name, value: found.status, tone: .unknown)
        }
    }

    /// The figure of all public intents of the organisation together.
    private func overall(in reader: any Reader) throws -> Reading {
        func count(_ condition: String) -> String {
            "CAST(coalesce(sum(CASE WHEN \(condition) THEN 1 ELSE 0 END), 0) AS BIGINT)"
        }
        let found = try reader.first(
            """
            SELECT CAST(coalesce(sum(w.held_micros), 0) AS BIGINT),
                CAST(coalesce(sum(w.broken_micros), 0) AS BIGINT),
                \(count("i.status = 'open'")),
                \(count("i.status = 'open' AND w.state = 'holds'")),
                \(count("i.status = 'open' AND w.drift_at IS NOT NULL")),
                \(count("i.status = 'open' AND w.risk <> 'none'"))
            FROM intent i LEFT JOIN intent_watch w
                ON w.organisation = i.organisation AND w.intent = i.id
            WHERE i.organisation = ? AND i.sensitivity = 'public'
            """,
            [.id(organisation)]
        ) { row in
            (
                held: try row.int(0), broken: try row.int(1), open: try row.int(2),
                holding: try row.int(3), drifting: try row.int(4), atRisk: try row.int(5)
            )
        }
        guard let found else { return Reading(label: name, value: "no data", tone: .unknown) }
        if kind == .uptime { return uptime(held: found.held, broken: found.broken) }
        let tone: Reading.Tone =
            found.open == 0
            ? .unknown : found.drifting > 0 ? .bad : found.atRisk > 0 ? .middling : .good
        return Reading(label: name, value: "\(found.holding) of \(found.open) hold", tone: tone)
    }

    private func uptime(held: Int64, broken: Int64) -> Reading {
        guard held + broken > 0 else {
            return Reading(label: name, value: "no data", tone: .unknown)
        }
        let share = Double(held) / Double(held + broken)
        let text = JSON.double((share * 1_000).rounded() / 10).text()
        let tone: Reading.Tone = share >= 0.99 ? .good : share >= 0.9 ? .middling : .bad
        return Reading(label: name, value: "\(text) %", tone: tone)
    }
}

extension IntentWidget.Reading {
    /// A picture of the reading: two fields side by side, with its words for those who cannot see it.
    public var svg: String {
        let left = Self.width(label)
        let right = Self.width(value)
        let (label, value) = (Self.escaped(label), Self.escaped(value))
        // Each at least 4.5 : 1 against white (WCAG 2.2, 1.4.3).
        let colour =
            switch tone {
            case .good: "#1a7f37"
            case .middling: "#9a6700"
            case .bad: "#b42318"
            case .unknown: "#57606a"
            }
        return """
            <svg xmlns="http://www.w3.org/2000/svg" width="\(left + right)" height="24" role="img" \
            aria-label="\(label): \(value)"><title>\(label): \(value)</title>\
            <rect width="\(left)" height="24" fill="#24292f"/>\
            <rect x="\(left)" width="\(right)" height="24" fill="\(colour)"/>\
            <g fill="#fff" font-family="sans-serif" font-size="12" text-anchor="middle">\
            <text x="\(left / 2)" y="16">\(label)</text>\
            <text x="\(left + right / 2)" y="16">\(value)</text></g></svg>
            """
    }

    /// About as wide as the words are in 12 px, with room beside them.
    private static func width(_ text: String) -> Int { 20 + text.unicodeScalars.count * 7 }

    static func escaped(_ text: String) -> String {
        text.reduce(into: "") { escaped, character in
            switch character {
            case "&": escaped += "&amp;"
            case "<": escaped += "&lt;"
            case ">": escaped += "&gt;"
            case "\"": escaped += "&quot;"
            case "'": escaped += "&#39;"
            default: escaped.append(character)
            }
        }
    }
}
