import Core

/// The matches of a pattern or of a function that stands for one, one after another.
final class Matches {
    /// One match.
    struct Match {
        let text: String
        /// Its place in UTF-16 code units, and in bytes where a pattern found it.
        let start: Int
        let end: Int
        let bytes: Range<Int>?
        let groups: [Value]
        /// How the next one is found, for functions that stand for patterns.
        let next: Value
    }

    let run: MatchRun
    private let evaluator: Evaluator
    private let position: Int

    init(_ evaluator: Evaluator, _ pattern: Pattern, _ text: String, at position: Int)
        throws(Failure)
    {
        guard let run = MatchRun(pattern, text) else { throw evaluator.tooMuch("No memory") }
        self.run = run
        self.evaluator = evaluator
        self.position = position
        try evaluator.charge(text: text.utf8.count)
    }

    func first(from start: Int = 0) throws(Failure) -> Match? {
        try evaluator.charge(4 + run.pattern.groups)
        let found: MatchRun.Found?
        do throws(Pattern.Problem) {
            found = try run.match(from: start)
        } catch {
            throw evaluator.tooMuch("A regular expression takes too long")
        }
        try evaluator.checkTime()
        guard let found else { return nil }
        let text = run.text(found.range)
        let offset = run.offset(ofByte: found.range.lowerBound)
        return Match(
            text: text,
            start: offset,
            end: offset + (run.isASCII ? text.utf8.count : text.utf16.count),
            bytes: found.range,
            groups: found.groups.map { $0.map { .string(run.text($0)) } ?? .undefined },
            next: .undefined
        )
    }

    /// The match after one; an empty one would never end.
    func next(after match: Match) throws(Failure) -> Match? {
        guard let bytes = match.bytes, bytes.upperBound < run.bytes.count else { return nil }
        guard let next = try first(from: bytes.upperBound) else { return nil }
        guard !next.text.isEmpty else {
            throw Failure("D1004", position: position, value: .string(run.pattern.source))
        }
        return next
    }
}

extension Matches.Match {
    /// The match as an expression sees it.
    func object(_ matches: Matches) -> Value {
        let result = ObjectValue()
        result.set("match", .string(text))
        result.set("start", .number(Double(start)))
        result.set("end", .number(Double(end)))
        result.set("groups", .array(ArrayValue(groups)))
        let next = FunctionValue(
            .closure(arity: 0) { _ throws(Failure) in
                try matches.next(after: self)?.object(matches) ?? .undefined
            }
        )
        result.set("next", .function(next))
        return .object(result)
    }
}
