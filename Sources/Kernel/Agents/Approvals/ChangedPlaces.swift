import Core

/// Where two values differ.
enum ChangedPlaces {
    /// JSON Pointers to what was added, removed or changed, at most 20; of arrays of different length the
    /// array's own.
    static func between(_ old: JSON, _ new: JSON) -> [String] {
        var places: [String] = []
        collect(old, new, at: "", into: &places)
        return Array(places.prefix(20))
    }

    private static func collect(
        _ old: JSON,
        _ new: JSON,
        at place: String,
        into places: inout [String]
    ) {
        guard places.count < 20, old != new else { return }
        switch (old, new) {
        case (.object(let old), .object(let new)):
            for member in old {
                collect(
                    member.value,
                    new[member.key] ?? .null,
                    at: "\(place)/\(escaped(member.key))",
                    into: &places
                )
            }
            for member in new where old[member.key] == nil {
                places.append("\(place)/\(escaped(member.key))")
            }
        case (.array(let old), .array(let new)) where old.count == new.count:
            for index in old.indices {
                collect(old[index], new[index], at: "\(place)/\(index)", into: &places)
            }
        default: places.append(place)
        }
    }

    /// RFC 6901 section 3.
    private static func escaped(_ key: String) -> String {
        key.replacing("~", with: "~0").replacing("/", with: "~1")
    }
}
