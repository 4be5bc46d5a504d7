import Core
import Events

/// The rules that matching is measured with, on fields of the city lots that AWS's event-ruler uses.
///
/// The first five of each kind are like those of event-ruler's own benchmark; the others are of the same
/// forms with values drawn at random.
struct BenchmarkRules {
    /// The kinds of rules.
    enum Kind: String, CaseIterable {
        case exact
        case prefix
        case suffix
        case equalsIgnoreCase = "equals-ignore-case"
        case wildcard
        case numeric
        case anythingBut = "anything-but"
        case anythingButPrefix = "anything-but-prefix"
        case exists
        case arrays
        case mixed
    }

    private let random: any RandomSource
    private let lots: [String]
    private let streets: [String]

    /// Rules for the given events.
    ///
    /// - Parameters:
    ///   - events: some of the events, for values that occur.
    ///   - seed: of the random values.
    init(events: [JSON], seed: UInt64 = 1) {
        random = SeededRandom(seed: seed)
        lots = events.compactMap { $0["properties"]?["MAPBLKLOT"]?.string }
        streets = events.compactMap { $0["properties"]?["STREET"]?.string }
    }

    /// That many patterns of a kind.
    func patterns(_ kind: Kind, count: Int) throws -> [Pattern] {
        try (0..<count).map { try Pattern(rule(kind, $0)) }
    }

    private func rule(_ kind: Kind, _ index: Int) -> JSON {
        switch kind {
        case .exact:
            ["properties": ["MAPBLKLOT": [index < 5 ? known(lots, index) : .string(digits(7))]]]
        case .prefix:
            street(["prefix": pick(["AC", "BL", "DR", "FU", "RH"], index, letters(3...7))])
        case .suffix:
            street(["suffix": pick(["ON", "KE", "MM", "ING", "GO"], index, letters(3...7))])
        case .equalsIgnoreCase:
            street([
                "equals-ignore-case": pick(
                    ["jefferson", "bEaCh", "HyDe", "CHESTNUT", "polk"],
                    index,
                    letters(4...10)
                )
            ])
        case .wildcard: wildcard(index)
        case .numeric: numeric(index, "firstCoordinates")
        case .arrays: numeric(index, "coordinates")
        case .anythingBut: anythingBut(index)
        case .anythingButPrefix:
            street([
                "anything-but": [
                    "prefix": pick(["FULTO", "MASO", "S", "P", "DR"], index, letters(3...7))
                ]
            ])
        case .exists:
            index % 2 == 0
                ? ["properties": ["FIELD_\(index)": [["exists": false]]]]
                : [
                    "properties": [
                        "STREET": [["exists": true]], "FIELD_\(index)": [["exists": true]],
                    ]
                ]
        case .mixed:
            rule(
                [.exact, .prefix, .suffix, .numeric, .anythingBut, .wildcard][index % 6],
                index / 6
            )
        }
    }

    private func street(_ alternative: JSON) -> JSON {
        ["properties": ["STREET": [alternative]]]
    }

    private func known(_ values: [String], _ index: Int) -> JSON {
        .string(values.isEmpty ? digits(7) : values[index * values.count / 5 % values.count])
    }

    private func pick(_ first: [String], _ index: Int, _ other: String) -> JSON {
        .string(index < first.count ? first[index] : other)
    }

    private func wildcard(_ index: Int) -> JSON {
        let form =
            switch index % 5 {
            case 0: "\(digits(3))*"
            case 1: "\(digits(1))*\(digits(1))*\(digits(2))*\(digits(1))"
            case 2: "*\(digits(3))"
            case 3: "\(digits(2))*\(digits(1))*\(digits(1))"
            default: "\(digits(3))*\(digits(2))"
            }
        let first = ["143*", "2*0*1*7", "*218", "3*5*2", "VA*IL"]
        return ["properties": ["MAPBLKLOT": [["wildcard": pick(first, index, form)]]]]
    }

    private func numeric(_ index: Int, _ field: String) -> JSON {
        let x = index < 5 ? -122.41600944012424 : -122.5 + 0.1 * random.unit()
        return switch index % 5 {
        case 0:
            ["geometry": ["type": ["Polygon"], field: ["x": [["numeric": ["=", .double(x)]]]]]]
        case 1:
            [
                "geometry": [
                    "type": ["MultiPolygon"], field: ["z": [["numeric": ["=", .int(index / 5)]]]],
                ]
            ]
        case 2: ["geometry": [field: ["x": [["numeric": ["<", .double(x)]]]]]]
        case 3: ["geometry": [field: ["x": [["numeric": [">", .double(x)]]]]]]
        default:
            [
                "geometry": [
                    field: [
                        "x": [
                            [
                                "numeric": [
                                    ">", .double(x), "<", .double(x + 0.01 * random.unit() + 1e-6),
                                ]
                            ]
                        ]
                    ]
                ]
            ]
        }
    }

    private func anythingBut(_ index: Int) -> JSON {
        switch index {
        case 0: street(["anything-but": ["FULTON"]])
        case 1: street(["anything-but": ["MASON"]])
        case 2: ["properties": ["ST_TYPE": [["anything-but": ["ST"]]]]]
        case 3: ["geometry": ["type": [["anything-but": ["Polygon"]]]]]
        case 4: ["properties": ["FROM_ST": [["anything-but": ["441"]]]]]
        default:
            index % 2 == 0
                ? street(["anything-but": [.string(letters(4...10)), known(streets, index)]])
                : ["properties": ["FROM_ST": [["anything-but": [.string(digits(3))]]]]]
        }
    }

    private func digits(_ count: Int) -> String {
        String((0..<count).map { _ in Character(Unicode.Scalar(48 + UInt8(random.next() % 10))) })
    }

    private func letters(_ counts: ClosedRange<Int>) -> String {
        let count = counts.lowerBound + Int(random.next() % UInt64(counts.count))
        return String(
            (0..<count).map { _ in Character(Unicode.Scalar(65 + UInt8(random.next() % 26))) }
        )
    }
}
