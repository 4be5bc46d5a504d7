import Core

/// How a rule has fared so far: a pure state machine, kept in the rule's row.
struct AlarmCourse: Sendable, Hashable {
    /// What is to be done after a judgement.
    enum Action: Sendable, Hashable {
        case nothing
        case raise
        case clear
    }

    /// What was said last.
    var evaluation = AlarmEvaluation.insufficient
    /// Whether an alarm is active.
    var isActive = false
    /// How many periods in a row were judged well.
    var well = 0
    /// Until when nobody is told.
    var shelvedUntil: Timestamp?

    /// Takes in the judgement of one more period.
    ///
    /// An active alarm is cleared only once `hold` periods in a row were judged well, so that a value
    /// about its bound does not raise and clear in turns; no data is no good news.
    mutating func take(_ judged: AlarmEvaluation, hold: Int) -> Action {
        evaluation = judged
        switch judged {
        case .alarm:
            well = 0
            guard !isActive else { return .nothing }
            isActive = true
            return .raise
        case .insufficient:
            well = 0
            return .nothing
        case .ok:
            guard isActive else { return .nothing }
            well += 1
            guard well >= hold else { return .nothing }
            well = 0
            isActive = false
            return .clear
        }
    }

    var json: JSON {
        [
            "evaluation": .string(evaluation.rawValue), "active": .bool(isActive),
            "well": .int(well), "shelvedUntil": shelvedUntil?.json ?? .null,
        ]
    }

    init() {}

    init(json: JSON) {
        evaluation =
            json["evaluation"]?.string.flatMap(AlarmEvaluation.init(rawValue:)) ?? .insufficient
        isActive = json["active"]?.bool ?? false
        well = json["well"]?.int ?? 0
        shelvedUntil = json["shelvedUntil"]?.string.flatMap { Timestamp($0) }
    }
}
