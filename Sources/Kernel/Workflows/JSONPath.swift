public import Core

/// A path into a JSON value, in the dialect that the States Language uses.
///
/// `$` starts at the state's input, `$$` at the context object and `$name` at a variable. A path of names and single
/// indices is definite and finds one value or none; every other path finds a list, which may be
/// empty. Syntax and results are Goessner's with Jayway's choices where those leave room, since
/// that is what AWS runs.
public struct JSONPath: Sendable, Hashable, CustomStringConvertible {
    /// Which value a path starts at.
    public enum Root: Sendable, Hashable {
        /// `$`, the state's input or result.
        case input
        /// `$$`, the context object.
        case context
        /// `$name`, a workflow variable.
        case variable(String)
        /// `@`, the element under test in a filter.
        case current
    }

    enum Selector: Sendable, Hashable {
        case name(String)
        case names([String])
        case index(Int)
        case indices([Int])
        case slice(from: Int?, to: Int?)
        case wildcard
        case filter(PathFilter)
    }

    struct Segment: Sendable, Hashable {
        var descends = false
        var selector: Selector
    }

    /// Where the path starts.
    public let root: Root
    /// The path as it was written.
    public let description: String
    let segments: [Segment]

    init(root: Root, segments: [Segment], text: String) {
        self.root = root
        self.segments = segments
        description = text
    }

    /// Whether the path finds at most one value.
    public var isDefinite: Bool {
        for (at, segment) in segments.enumerated() {
            if segment.descends { return false }
            switch segment.selector {
            case .name, .index: continue
            // Jayway merges several names at the end of a path into one object.
            case .names where at == segments.count - 1: continue
            default: return false
            }
        }
        return true
    }

    /// Whether the path is a Reference Path: names and single indices only.
    public var isReference: Bool {
        segments.allSatisfy { segment in
            guard !segment.descends else { return false }
            switch segment.selector {
            case .name: return true
            case .index(let index): return index >= 0
            default: return false
            }
        }
    }

    /// What the path finds in `value`, which stands for its root.
    ///
    /// A definite path gives its value, or nil when there is none; any other path gives an array, or nil when
    /// it would have to look at some millions of values.
    public func find(in value: JSON) -> JSON? {
        let budget = PathBudget()
        let found = matches(in: value, document: value, budget)
        guard !budget.isSpent else { return nil }
        return isDefinite ? found.first : .array(found)
    }

    func matches(in value: JSON, document: JSON, _ budget: PathBudget) -> [JSON] {
        var found = [value]
        for (at, segment) in segments.enumerated() {
            var next: [JSON] = []
            for node in found where !budget.isSpent {
                let isLast = at == segments.count - 1
                if segment.descends {
                    segment.descend(node, document, isLast, budget, &next)
                } else {
                    segment.selector.select(node, document, isLast, budget, &next)
                }
            }
            found = next
            if found.isEmpty { break }
        }
        return found
    }
}

extension JSONPath.Segment {
    /// Applies the selector to the node and all that is below it, parents first.
    func descend(
        _ node: JSON,
        _ document: JSON,
        _ isLast: Bool,
        _ budget: PathBudget,
        _ found: inout [JSON]
    ) {
        guard !budget.isSpent else { return }
        budget.spend(1)
        selector.select(node, document, isLast, budget, &found)
        switch node {
        case .array(let elements):
            for element in elements { descend(element, document, isLast, budget, &found) }
        case .object(let object):
            for member in object { descend(member.value, document, isLast, budget, &found) }
        default: break
        }
    }
}

extension JSONPath.Selector {
    func select(
        _ node: JSON,
        _ document: JSON,
        _ isLast: Bool,
        _ budget: PathBudget,
        _ found: inout [JSON]
    ) {
        let before = found.count
        defer { budget.spend(found.count - before) }
        switch (self, node) {
        case (.name(let name), .object(let object)):
            if let value = object[name] { found.append(value) }
        case (.names(let names), .object(let object)):
            let members = names.compactMap { name in object[name].map { (name, $0) } }
            if isLast {
                found.append(.object(JSONObject(members)))
            } else {
                found.append(contentsOf: members.map(\.1))
            }
        case (.index(let index), .array(let elements)):
            let at = index < 0 ? index + elements.count : index
            if elements.indices.contains(at) { found.append(elements[at]) }
        case (.indices(let indices), .array(let elements)):
            for index in indices {
                let at = index < 0 ? index + elements.count : index
                if elements.indices.contains(at) { found.append(elements[at]) }
            }
        case (.slice(let from, let to), .array(let elements)):
            let bounds = Self.bounds(from, to, elements.count)
            found.append(contentsOf: elements[bounds])
        case (.wildcard, .array(let elements)):
            found.append(contentsOf: elements)
        case (.wildcard, .object(let object)):
            found.append(contentsOf: object.map(\.value))
        case (.filter(let filter), .array(let elements)):
            found.append(contentsOf: elements.filter { filter.accepts($0, document, budget) })
        case (.filter(let filter), .object):
            // Jayway tests an object itself, not its members.
            if filter.accepts(node, document, budget) { found.append(node) }
        default: break
        }
    }

    private static func bounds(_ from: Int?, _ to: Int?, _ count: Int) -> Range<Int> {
        func clamp(_ index: Int) -> Int { min(max(index < 0 ? index + count : index, 0), count) }
        let start = clamp(from ?? 0)
        return start..<max(start, clamp(to ?? count))
    }
}

extension JSONPath {
    /// The value with `result` put where this reference path points, making objects on the way.
    ///
    /// Returns nil when the path runs into a value that is neither object nor a fitting array.
    func put(_ result: JSON, into value: JSON) -> JSON? {
        put(result, into: value, from: 0)
    }

    private func put(_ result: JSON, into value: JSON?, from depth: Int) -> JSON? {
        guard depth < segments.count else { return result }
        switch (segments[depth].selector, value) {
        case (.name(let name), .object(var object)):
            guard let inner = put(result, into: object[name], from: depth + 1) else { return nil }
            object[name] = inner
            return .object(object)
        case (.name(let name), nil):
            return put(result, into: nil, from: depth + 1)
                .map { .object(JSONObject([(name, $0)])) }
        case (.index(let index), .array(var elements)):
            guard elements.indices.contains(index),
                let inner = put(result, into: elements[index], from: depth + 1)
            else { return nil }
            elements[index] = inner
            return .array(elements)
        default:
            return nil
        }
    }
}
