import Core

extension Evaluator {
    /// The first match of a pattern from a UTF-16 offset, as an object with a function `next`.
    func match(_ pattern: Pattern, _ text: String, from start: Double, at position: Int)
        throws(Failure) -> Value
    {
        let matches = try Matches(self, pattern, text, at: position)
        let byte = start > 0 ? matches.run.byte(ofOffset: Int(min(start, 1e9))) : 0
        return try matches.first(from: byte)?.object(matches) ?? .undefined
    }
}
