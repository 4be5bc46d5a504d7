/// What is made of the points of a step.
public enum SeriesAggregate: String, Sendable, CaseIterable {
    /// Their mean.
    case average = "avg"
    /// The smallest.
    case minimum = "min"
    /// The largest.
    case maximum = "max"
    /// Their sum.
    case sum
    /// How many there are.
    case count
    /// The latest.
    case last
    /// How much a counter grew in a second, from the last point before, within the time asked for.
    case rate
}

/// What stands for a step without points.
public enum SeriesFill: String, Sendable, CaseIterable {
    /// Nothing.
    case null
    /// The value of the last step that has one.
    case previous
    /// The line between the steps before and after that have one; nothing outside of them.
    case linear

    func filled(_ values: [Double?]) -> [Double?] {
        switch self {
        case .null: return values
        case .previous:
            var last: Double?
            return values.map { value in
                if let value { last = value }
                return last
            }
        case .linear:
            var filled = values
            var known: Int?
            for (index, value) in values.enumerated() {
                guard let value else { continue }
                if let known, index - known > 1, let before = values[known] {
                    for between in known + 1..<index {
                        let share = Double(between - known) / Double(index - known)
                        filled[between] = before + (value - before) * share
                    }
                }
                known = index
            }
            return filled
        }
    }
}
