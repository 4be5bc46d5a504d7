public import Core

extension Pattern {
    /// Why the pattern matches an event, or why it does not: each leaf with what it wanted and what was there.
    ///
    /// - Parameter event: JSON text, an object.
    /// - Returns: `{"matched","leaves":[{"pointer","path","wanted","found","matched","reason"?}]}`, with
    ///   `"conflicts":[{"pointers","reason"}]` for leaves that are each satisfied but never together, and
    ///   with `"branches":[{"matched","pointers"}]` where `$or` is used. At most ten values are told of a
    ///   leaf, and a hundred branches.
    /// - Throws: `EventSyntaxError` when the text is not JSON or no object.
    public func explanation(for event: [UInt8]) throws(EventSyntaxError) -> JSON {
        let matched = try !PatternMachine([self]).rules(matching: event).isEmpty
        let values = EventValues(event)
        var leaves: [(leaf: Leaf, isSatisfied: Bool)] = []
        var known: Set<String> = []
        for leaf in branches.joined() where known.insert(leaf.pointer).inserted {
            leaves.append((leaf, try Pattern(branch: [leaf]).isSatisfied(by: event)))
        }
        leaves.sort { $0.leaf.pointer < $1.leaf.pointer }
        var explanation: JSON = [
            "matched": .bool(matched),
            "leaves": .array(leaves.map { values.explain($0.leaf, isSatisfied: $0.isSatisfied) }),
        ]
        let satisfied = Set(leaves.filter(\.isSatisfied).map(\.leaf.pointer))
        if !matched {
            var conflicts: [JSON] = []
            for branch in branches.prefix(100)
            where branch.allSatisfy({ satisfied.contains($0.pointer) }) {
                conflicts.append(try conflict(in: branch, event))
            }
            if !conflicts.isEmpty { explanation["conflicts"] = .array(conflicts) }
        }
        if branches.count > 1 {
            explanation["branches"] = .array(
                try branches.prefix(100).map { branch throws(EventSyntaxError) in
                    [
                        "matched": .bool(try Pattern(branch: branch).isSatisfied(by: event)),
                        "pointers": .array(branch.map { .string($0.pointer) }),
                    ]
                }
            )
        }
        return explanation
    }

    private init(branch: [Leaf]) {
        branches = [branch]
        json = .null
    }

    private func isSatisfied(by event: [UInt8]) throws(EventSyntaxError) -> Bool {
        try !PatternMachine([self]).rules(matching: event).isEmpty
    }

    /// Which leaves of a branch contradict each other, when each of them is satisfied: two, if two do.
    private func conflict(in branch: [Leaf], _ event: [UInt8]) throws(EventSyntaxError) -> JSON {
        var culprits = branch
        search: for (index, left) in branch.prefix(50).enumerated() {
            for right in branch[(index + 1)...].prefix(50)
            where try !Pattern(branch: [left, right]).isSatisfied(by: event) {
                culprits = [left, right]
                break search
            }
        }
        var common = culprits.first?.path ?? []
        for leaf in culprits {
            common = Array(zip(common, leaf.path).prefix { $0 == $1 }.map(\.0))
        }
        let names = culprits.map { "\"\($0.path.joined(separator: "."))\"" }
        let place =
            common.isEmpty ? "an array" : "the array at \"\(common.joined(separator: "."))\""
        return [
            "pointers": .array(culprits.map { .string($0.pointer) }),
            "reason": .string(
                "no element of \(place) satisfies \(culprits.count == 2 ? "both " : "all of ")"
                    + names.joined(separator: " and ")
            ),
        ]
    }
}

/// The values of an event by their paths, for telling people about them.
private struct EventValues {
    private var values: [String: [JSON]] = [:]
    private var objects: Set<String> = []
    private var emptyArrays: Set<String> = []

    init(_ event: [UInt8]) {
        let limits = JSON.Limits(depth: JSONScanner.maximumDepth, allowsRepeatedKeys: true)
        if let json = try? JSON(parsing: event, limits: limits) { collect(json, "") }
    }

    private mutating func collect(_ value: JSON, _ path: String) {
        switch value {
        case .object(let object):
            objects.insert(path)
            for member in object {
                collect(member.value, path.isEmpty ? member.key : "\(path).\(member.key)")
            }
        case .array(let elements):
            if elements.isEmpty { emptyArrays.insert(path) }
            for element in elements { collect(element, path) }
        default:
            values[path, default: []].append(value)
        }
    }

    func explain(_ leaf: Pattern.Leaf, isSatisfied: Bool) -> JSON {
        let path = leaf.path.joined(separator: ".")
        let found = values[path] ?? []
        var explanation: JSON = [
            "pointer": .string(leaf.pointer), "path": .string(path), "wanted": leaf.wanted,
            "found": .array(Array(found.prefix(10))), "matched": .bool(isSatisfied),
        ]
        if !isSatisfied { explanation["reason"] = .string(reason(leaf, found)) }
        return explanation
    }

    private func reason(_ leaf: Pattern.Leaf, _ found: [JSON]) -> String {
        let path = leaf.path.joined(separator: ".")
        guard !found.isEmpty else {
            if emptyArrays.contains(path) { return "\"\(path)\" is an empty array" }
            if objects.contains(path) {
                return "\"\(path)\" is an object; a leaf matches values, not objects"
            }
            for count in leaf.path.indices.dropFirst() {
                let parent = leaf.path.prefix(count).joined(separator: ".")
                if !objects.contains(parent) {
                    return values[parent] == nil
                        ? "the event has no \"\(parent)\""
                        : "\"\(parent)\" is a value, so it has no \"\(leaf.path[count])\""
                }
            }
            return "the event has no \"\(path)\""
        }
        if leaf.condition.alternatives == [.absent] { return "the field is there" }
        let shown = found.prefix(3).map { shorten($0.text()) }.joined(separator: ", ")
        let more = found.count > 3 ? " and \(found.count - 3) more" : ""
        let isOther = (leaf.wanted.array ?? []).contains { wanted in
            found.contains { wanted.kind != $0.kind && plain(wanted) == plain($0) }
        }
        return "\(shown)\(more): accepted by no alternative"
            + (isOther ? "; a string never equals a number, true, false or null" : "")
    }

    private func plain(_ value: JSON) -> String { value.string ?? value.text() }

    private func shorten(_ text: String) -> String {
        text.count > 80 ? text.prefix(77) + "…" : text
    }
}
