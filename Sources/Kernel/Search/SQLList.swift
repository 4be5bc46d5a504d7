import Store

/// Lists of question marks in few lengths, so that statements stay prepared.
enum SQLList {
    private static func length(_ count: Int) -> Int {
        [1, 4, 16, 32, 64, 128].first { $0 >= count } ?? count
    }

    /// `?, ?, …`, at least `count` of them.
    static func marks(_ count: Int) -> String {
        Array(repeating: "?", count: length(count)).joined(separator: ", ")
    }

    /// The values, the last one repeated to fill ``marks(_:)``.
    static func padded(_ values: [SQLValue]) -> [SQLValue] {
        guard let last = values.last else { return values }
        return values + Array(repeating: last, count: length(values.count) - values.count)
    }
}

extension Array {
    /// The elements in order, at most `size` to a part.
    func chunked(by size: Int) -> [[Element]] {
        stride(from: 0, to: count, by: size).map { Array(self[$0..<Swift.min($0 + size, count)]) }
    }
}
