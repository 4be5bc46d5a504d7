public import Core

extension ConscienceCourse {
    /// The form in which an intent's row and decisions keep it.
    public var json: JSON {
        var json: JSON = [
            "held": .int(held), "silent": .int(silent), "closed": .bool(isClosed),
            "resting": .object(
                JSONObject(resting.sorted { $0.key < $1.key }.map { ($0.key, $0.value.json) })
            ),
        ]
        if let drift {
            json["drift"] = [
                "kind": .string(drift.kind.rawValue), "since": drift.since.json,
                "tried": .array(drift.tried.sorted().map { .string($0) }),
                "attempts": .int(drift.attempts), "improved": .bool(drift.improved),
                "escalated": .bool(drift.escalated),
            ]
        }
        if let active {
            json["active"] = [
                "id": active.id.json, "offer": active.offer.json, "asked": .bool(active.isAsked),
                "at": active.at.json, "judgeAt": active.judgeAt.json,
                "baseline": .optional(active.baseline),
            ]
        }
        return json
    }

    /// Reads ``json``; an empty object is a course before its first round.
    ///
    /// - Throws: a fault that names the member.
    public init(json: JSON) throws(GeneralFault) {
        self.init()
        let reader = JSONReader(json)
        held = try reader.optional("held")?.int() ?? 0
        silent = try reader.optional("silent")?.int() ?? 0
        isClosed = try reader.optional("closed")?.bool() ?? false
        if let rests = try reader.optional("resting") {
            for member in rests.value.object ?? JSONObject() {
                resting[member.key] = try rests.member(member.key).timestamp()
            }
        }
        if let found = try reader.optional("drift") {
            var drift = Drift(
                kind: try found.member("kind").choice(),
                since: try found.member("since").timestamp()
            )
            drift.tried = Set((found.value["tried"]?.array ?? []).compactMap(\.string))
            drift.attempts = try found.member("attempts").int()
            drift.improved = try found.member("improved").bool()
            drift.escalated = try found.member("escalated").bool()
            self.drift = drift
        }
        if let found = try reader.optional("active") {
            active = Active(
                id: try found.member("id").id(),
                offer: try RemediationOffer(json: found.member("offer").value),
                isAsked: try found.member("asked").bool(),
                at: try found.member("at").timestamp(),
                judgeAt: try found.member("judgeAt").timestamp(),
                baseline: try found.optional("baseline")?.double()
            )
        }
    }
}
