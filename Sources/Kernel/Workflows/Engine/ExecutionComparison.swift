public import Core

/// Two runs beside each other, aligned by the states they went through.
public struct ExecutionComparison: Sendable {
    /// A value that differs.
    public struct Difference: Sendable, Hashable {
        /// JSON Pointer to the place.
        public var pointer: String
        /// What the first run has there; nil for nothing.
        public var left: JSON?
        /// What the second run has there; nil for nothing.
        public var right: JSON?

        /// The difference as `{"pointer","left","right"}`.
        public var json: JSON {
            ["pointer": .string(pointer), "left": left ?? .null, "right": right ?? .null]
        }
    }

    /// A state that one or both went through.
    public struct Row: Sendable {
        /// The state's name.
        public var state: String
        /// How the first run passed it; nil when it did not.
        public var left: JSON?
        /// How the second run passed it; nil when it did not.
        public var right: JSON?
        /// How input and output differ, a hundred places at most.
        public var differences: [Difference]

        /// Whether both runs passed it with the same values.
        public var isSame: Bool {
            guard case .some = left, case .some = right else { return false }
            return differences.isEmpty
        }

        /// The row as JSON.
        public var json: JSON {
            [
                "state": .string(state), "left": left ?? .null, "right": right ?? .null,
                "same": .bool(isSame),
                "differences": .array(differences.map(\.json)),
            ]
        }
    }

    /// One for each state, in the order of the runs.
    public let rows: [Row]
    /// The first row that is not the same in both; nil when none is.
    public var firstDifference: Int? {
        rows.firstIndex { !$0.isSame }
    }

    /// How many differences of a value are listed.
    static let most = 100

    /// Compares two histories.
    public init(_ left: [HistoryEvent], _ right: [HistoryEvent]) {
        let (left, right) = (RecordedSteps(left).steps, RecordedSteps(right).steps)
        rows = Self.aligned(left.map(\.state), right.map(\.state)).map { pair in
            let (one, other) = (pair.left.map { left[$0] }, pair.right.map { right[$0] })
            var differences: [Difference] = []
            if let one, let other {
                differences =
                    Self.differences(one.input, other.input, at: "/input")
                    + Self.differences(one.parameters, other.parameters, at: "/parameters")
                    + Self.differences(one.output, other.output, at: "/output")
            }
            return Row(
                state: one?.state ?? other?.state ?? "",
                left: one.map(Self.shown),
                right: other.map(Self.shown),
                differences: Array(differences.prefix(Self.most))
            )
        }
    }

    private static func shown(_ step: RecordedSteps.Step) -> JSON {
        [
            "occurrence": .int(step.occurrence), "input": step.input ?? .null,
            "output": step.output ?? .null, "ended": .bool(step.output != nil),
        ]
    }

    /// The longest common subsequence; beyond four million comparisons what is alike at both ends.
    static func aligned(
        _ left: [String],
        _ right: [String]
    ) -> [(left: Int?, right: Int?)] {
        var head = 0
        while head < left.count, head < right.count, left[head] == right[head] { head += 1 }
        var tail = 0
        while tail < left.count - head, tail < right.count - head,
            left[left.count - 1 - tail] == right[right.count - 1 - tail]
        {
            tail += 1
        }
        let (rows, columns) = (left.count - head - tail, right.count - head - tail)
        var pairs: [(left: Int?, right: Int?)] = (0..<head).map { ($0, $0) }
        if rows * columns > 4_000_000 {
            pairs += (0..<rows).map { (head + $0, nil) } + (0..<columns).map { (nil, head + $0) }
        } else {
            // lengths[i][j]: how much is common from i and j on.
            var lengths = [[Int32]](
                repeating: [Int32](repeating: 0, count: columns + 1),
                count: rows + 1
            )
            for row in stride(from: rows - 1, through: 0, by: -1) {
                for column in stride(from: columns - 1, through: 0, by: -1) {
                    lengths[row][column] =
                        left[head + row] == right[head + column]
                        ? lengths[row + 1][column + 1] + 1
                        : max(lengths[row + 1][column], lengths[row][column + 1])
                }
            }
            var (row, column) = (0, 0)
            while row < rows || column < columns {
                if row < rows, column < columns, left[head + row] == right[head + column] {
                    pairs.append((head + row, head + column))
                    (row, column) = (row + 1, column + 1)
                } else if column == columns
                    || row < rows && lengths[row + 1][column] >= lengths[row][column + 1]
                {
                    pairs.append((head + row, nil))
                    row += 1
                } else {
                    pairs.append((nil, head + column))
                    column += 1
                }
            }
        }
        for back in stride(from: tail, to: 0, by: -1) {
            pairs.append((left.count - back, right.count - back))
        }
        return pairs
    }

    /// Where two values differ.
    public static func differences(
        _ left: JSON?,
        _ right: JSON?,
        at pointer: String = ""
    ) -> [Difference] {
        switch (left, right) {
        case (nil, nil): return []
        case (let one?, let other?) where one == other: return []
        default: break
        }
        var found: [Difference] = []
        switch (left, right) {
        case (.object(let one)?, .object(let other)?):
            let known = Set(one.map(\.key))
            let keys = one.map(\.key) + other.map(\.key).filter { !known.contains($0) }
            for key in keys where found.count < most {
                found += differences(
                    one[key],
                    other[key],
                    at: pointer + "/" + JSON.pointerToken(key)
                )
            }
        case (.array(let one)?, .array(let other)?):
            for at in 0..<max(one.count, other.count) where found.count < most {
                found += differences(
                    at < one.count ? .some(one[at]) : .none,
                    at < other.count ? .some(other[at]) : .none,
                    at: "\(pointer)/\(at)"
                )
            }
        default: found.append(Difference(pointer: pointer, left: left, right: right))
        }
        return found
    }
}
