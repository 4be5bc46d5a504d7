import Core

/// The test in a filter `[?(…)]`.
indirect enum PathFilter: Sendable, Hashable {
    enum Comparison: String, Sendable, Hashable, CaseIterable {
        case equal = "=="
        case notEqual = "!="
        case lessOrEqual = "<="
        case greaterOrEqual = ">="
        case less = "<"
        case greater = ">"
        case isIn = "in"
        case isNotIn = "nin"
    }

    enum Operand: Sendable, Hashable {
        case literal(JSON)
        case path(JSONPath)

        func value(_ node: JSON, _ document: JSON, _ budget: PathBudget) -> JSON? {
            switch self {
            case .literal(let value): return value
            case .path(let path):
                let found = path.found(node, document, budget)
                return path.isDefinite ? found.first : .array(found)
            }
        }
    }

    case exists(JSONPath)
    case compare(Operand, Comparison, Operand)
    case and(PathFilter, PathFilter)
    case or(PathFilter, PathFilter)
    case not(PathFilter)

    func accepts(_ node: JSON, _ document: JSON, _ budget: PathBudget) -> Bool {
        budget.spend(1)
        guard !budget.isSpent else { return false }
        switch self {
        case .exists(let path): return !path.found(node, document, budget).isEmpty
        case .compare(let left, let comparison, let right):
            return Self.holds(
                left.value(node, document, budget),
                comparison,
                right.value(node, document, budget)
            )
        case .and(let left, let right):
            return left.accepts(node, document, budget) && right.accepts(node, document, budget)
        case .or(let left, let right):
            return left.accepts(node, document, budget) || right.accepts(node, document, budget)
        case .not(let inner): return !inner.accepts(node, document, budget)
        }
    }

    /// A missing value equals nothing and is ordered before or after nothing.
    private static func holds(_ left: JSON?, _ comparison: Comparison, _ right: JSON?) -> Bool {
        switch comparison {
        case .equal: return left != nil && left == right
        case .notEqual: return left == nil || left != right
        case .isIn: return left.map { right?.array?.contains($0) ?? false } ?? false
        case .isNotIn: return left.map { !(right?.array?.contains($0) ?? false) } ?? true
        case .less: return ordered(left, right) { $0 < 0 }
        case .lessOrEqual: return ordered(left, right) { $0 <= 0 }
        case .greater: return ordered(left, right) { $0 > 0 }
        case .greaterOrEqual: return ordered(left, right) { $0 >= 0 }
        }
    }

    private static func ordered(_ left: JSON?, _ right: JSON?, _ test: (Int) -> Bool) -> Bool {
        switch (left, right) {
        case (.number(let left), .number(let right)): test(left.order(right))
        case (.string(let left), .string(let right)): test(left.order(right))
        default: false
        }
    }
}

extension JSONPath {
    /// What a path in a filter finds.
    fileprivate func found(_ node: JSON, _ document: JSON, _ budget: PathBudget) -> [JSON] {
        matches(in: root == .current ? node : document, document: document, budget)
    }
}

extension JSONNumber {
    /// Below zero when this number is smaller, zero when equal, above when greater.
    func order(_ other: JSONNumber) -> Int {
        if self == other { return 0 }
        if let left = int, let right = other.int { return left < right ? -1 : 1 }
        return double < other.double ? -1 : 1
    }
}

extension String {
    /// Below zero when this text comes first by UTF-16 code units, which is how Java orders text.
    func order(_ other: String) -> Int {
        if utf8.elementsEqual(other.utf8) { return 0 }
        return utf16.lexicographicallyPrecedes(other.utf16) ? -1 : 1
    }
}
