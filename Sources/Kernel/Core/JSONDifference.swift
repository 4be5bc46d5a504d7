/// A place where two JSON values differ.
public struct JSONDifference: Sendable, Hashable {
    /// JSON Pointer to the place.
    public var pointer: String
    /// What the first value has there; nil for nothing.
    public var before: JSON?
    /// What the second value has there; nil for nothing.
    public var after: JSON?

    /// Where two values differ, in the order of the first one's members.
    ///
    /// Elements of arrays are compared by their place; an array that is longer has more.
    ///
    /// - Parameters:
    ///   - before: the first value.
    ///   - after: the second value.
    ///   - most: more differences are left out; default 200.
    /// - Returns: the differences.
    public static func between(_ before: JSON, _ after: JSON, most: Int = 200) -> [JSONDifference] {
        var found: [JSONDifference] = []
        collect(before, after, "", most, &found)
        return found
    }

    private static func collect(
        _ before: JSON?,
        _ after: JSON?,
        _ pointer: String,
        _ most: Int,
        _ found: inout [JSONDifference]
    ) {
        guard found.count < most, before != after else { return }
        switch (before, after) {
        case (.object(let old)?, .object(let new)?):
            let added = new.filter { old[$0.key] == nil }
            for key in old.map(\.key) + added.map(\.key) {
                let place = pointer + "/" + JSON.pointerToken(key)
                collect(old[key], new[key], place, most, &found)
            }
        case (.array(let old)?, .array(let new)?):
            for index in 0..<max(old.count, new.count) {
                collect(
                    index < old.count ? old[index] : Optional.none,
                    index < new.count ? new[index] : Optional.none,
                    "\(pointer)/\(index)",
                    most,
                    &found
                )
            }
        default:
            found.append(JSONDifference(pointer: pointer, before: before, after: after))
        }
    }

    /// `{"pointer","before","after"}`; what is missing on a side is left out.
    public var json: JSON {
        var json: JSON = ["pointer": .string(pointer)]
        if let before { json["before"] = before }
        if let after { json["after"] = after }
        return json
    }
}
