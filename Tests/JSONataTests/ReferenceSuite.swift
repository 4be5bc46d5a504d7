import Core
import Foundation
import ReferenceData

/// The test suite of the JSONata reference, `data/jsonata`.
enum ReferenceSuite {
    static let folder = ReferenceData.file("jsonata")

    static let isPresent = ReferenceData.has("jsonata/groups")

    struct Case: Sendable, CustomStringConvertible {
        let name: String
        let expression: String
        let input: JSON?
        let spec: JSON

        var description: String { name }
    }

    /// The names of the groups.
    static let groups: [String] = {
        guard isPresent else { return [] }
        let names = try? FileManager.default.contentsOfDirectory(
            atPath: folder.appending(path: "groups").path()
        )
        return (names ?? []).sorted()
    }()

    /// The cases of a group.
    static func cases(of group: String) throws -> [Case] {
        let place = folder.appending(path: "groups/\(group)")
        let files = try FileManager.default.contentsOfDirectory(atPath: place.path()).sorted()
        var cases: [Case] = []
        for file in files where file.hasSuffix(".json") {
            let json = try read(place.appending(path: file))
            for (at, spec) in (json.array ?? [json]).enumerated() {
                var expression = spec["expr"]?.string ?? ""
                if let other = spec["expr-file"]?.string {
                    expression = try String(
                        contentsOf: place.appending(path: other),
                        encoding: .utf8
                    )
                }
                cases.append(
                    Case(
                        name: "\(group)/\(file)#\(at)",
                        expression: expression,
                        input: try input(of: spec),
                        spec: spec
                    )
                )
            }
        }
        return cases
    }

    private static func input(of spec: JSON) throws -> JSON? {
        if let data = spec["data"] { return data }
        guard let name = spec["dataset"]?.string else { return nil }
        return try read(folder.appending(path: "datasets/\(name).json"))
    }

    /// A file's JSON; halves of surrogate pairs, which our strings do not hold, as escapes of the expression.
    private static func read(_ file: URL) throws -> JSON {
        let text = try String(contentsOf: file, encoding: .utf8)
        let lone = try Regex(#"\\u[dD][89abAB][0-9a-fA-F]{2}(?!\\u[dD][c-fC-F])"#)
        let escaped = text.replacing(lone) { match in
            let isEscaped = text[..<match.range.lowerBound].hasSuffix("\\")
            return (isEscaped ? "" : "\\") + text[match.range]
        }
        return try JSON(
            parsing: escaped,
            limits: JSON.Limits(depth: 500, allowsRepeatedKeys: true)
        )
    }
}
