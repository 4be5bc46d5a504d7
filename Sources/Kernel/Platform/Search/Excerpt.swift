/// The part of a text that shows why it was found.
enum Excerpt {
    private static let length = 240

    /// Some 240 letters, beginning shortly before the first of the question's words that is in the text.
    static func of(_ text: String, around question: String) -> String {
        let line = text.split(whereSeparator: \.isNewline).joined(separator: " · ")
        guard line.count > length else { return line }
        let lower = line.lowercased()
        let words = question.lowercased().split { !$0.isLetter && !$0.isNumber }
            .filter { $0.count > 2 }
        let places = words.compactMap { word in
            lower.firstRange(of: word).map {
                lower.distance(from: lower.startIndex, to: $0.lowerBound)
            }
        }
        // Lower case may be of another length; then the place is a little off, and never outside.
        let start = min(max(0, (places.min() ?? 0) - 60), max(0, line.count - length))
        let part = line.dropFirst(start).prefix(length)
        return (start > 0 ? "…" : "") + part + (start + length < line.count ? "…" : "")
    }
}
