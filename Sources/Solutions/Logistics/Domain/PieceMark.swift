import Core

/// What a loader said of one piece.
public enum PieceMark: Sendable, Hashable {
    /// Why a piece could not be placed.
    public enum Trouble: String, Sendable, CaseIterable {
        /// It is not there.
        case missing
        /// It is broken, wet or open.
        case damaged
        /// It does not go where the plan says.
        case doesNotFit = "does-not-fit"
        /// Something else, which the note tells.
        case other

        /// In words, after "the piece".
        public var words: String {
            switch self {
            case .missing: "is missing"
            case .damaged: "is damaged"
            case .doesNotFit: "does not fit"
            case .other: "could not be placed"
            }
        }
    }

    /// Nothing, or it was taken back.
    case open
    /// It stands where the plan says.
    case placed
    /// It was not placed, for this reason and with this note.
    case problem(Trouble, note: String?)

    /// `open`, `placed` or `problem`.
    public var name: String {
        switch self {
        case .open: "open"
        case .placed: "placed"
        case .problem: "problem"
        }
    }

    /// The reason's name; nil unless there is a problem.
    var reason: String? {
        if case .problem(let trouble, _) = self { trouble.rawValue } else { nil }
    }

    /// The note; nil when nothing was said.
    var note: String? {
        if case .problem(_, let note) = self { note } else { nil }
    }

    /// Reads what a record keeps.
    init(name: String, reason: String?, note: String?) {
        switch name {
        case "placed": self = .placed
        case "problem":
            self = .problem(reason.flatMap(Trouble.init(rawValue:)) ?? .other, note: note)
        default: self = .open
        }
    }
}
