import Core

/// One compiled subschema.
final class SchemaNode: Sendable {
    private let boolean: Bool?
    private let types: [String]
    private let constants: [JSON]?
    private let properties: [(key: String, node: SchemaNode)]
    private let required: [String]
    private let additional: SchemaNode?
    private let items: SchemaNode?
    private let counts: ClosedRange<Int>?
    private let unique: Bool
    private let lengths: ClosedRange<Int>?
    private let minimum: (value: JSONNumber, exclusive: Bool)?
    private let maximum: (value: JSONNumber, exclusive: Bool)?
    private let multipleOf: Double?
    private let format: String?
    private let anyOf: [SchemaNode]
    private let allOf: [SchemaNode]
    private let not: SchemaNode?
    private let reference: String?

    private static let annotations: Set<String> = [
        "title", "description", "default", "examples", "$schema", "$comment", "deprecated", "$defs",
    ]
    private static let keywords: Set<String> = [
        "type", "enum", "const", "properties", "required", "additionalProperties", "items",
        "minItems", "maxItems", "uniqueItems", "minLength", "maxLength", "minimum", "maximum",
        "exclusiveMinimum", "exclusiveMaximum", "multipleOf", "format", "anyOf", "allOf", "not",
        "$ref",
    ]
    private static let typeNames: Set<String> = [
        "null", "boolean", "number", "integer", "string", "array", "object",
    ]
    private static let formats: Set<String> = ["uuid", "date", "date-time", "email"]

    /// Fits every value.
    static let anything = SchemaNode()

    private init() {
        boolean = true
        types = []
        constants = nil
        properties = []
        required = []
        additional = nil
        items = nil
        counts = nil
        unique = false
        lengths = nil
        minimum = nil
        maximum = nil
        multipleOf = nil
        format = nil
        anyOf = []
        allOf = []
        not = nil
        reference = nil
    }

    init(_ reader: JSONReader) throws(GeneralFault) {
        boolean = reader.value.bool
        let reader = boolean == nil ? reader : JSONReader([:])
        do throws(GeneralFault) {
            try reader.onlyKeys(Self.keywords.union(Self.annotations))
            types = try Self.typeList(reader)
            if let constant = reader.value["const"] {
                constants = [constant]
            } else {
                constants = try reader.optional("enum")?.array(count: 1...1_000).map { $0.value }
            }
            properties = try Self.nodes(reader, "properties")
            required = try Self.strings(reader, "required")
            additional = try reader.optional("additionalProperties").map(SchemaNode.make)
            items = try reader.optional("items").map(SchemaNode.make)
            counts = try Self.range(reader, "minItems", "maxItems")
            unique = try reader.optional("uniqueItems")?.bool() ?? false
            lengths = try Self.range(reader, "minLength", "maxLength")
            minimum = try Self.bound(reader, "minimum", "exclusiveMinimum")
            maximum = try Self.bound(reader, "maximum", "exclusiveMaximum")
            multipleOf = try reader.optional("multipleOf")?.double()
            format = try reader.optional("format")?.string()
            if let format, !Self.formats.contains(format) {
                throw reader.fault("unknown format \"\(format)\"")
            }
            anyOf = try Self.list(reader, "anyOf")
            allOf = try Self.list(reader, "allOf")
            not = try reader.optional("not").map(SchemaNode.make)
            reference = try Self.definition(reader)
        } catch {
            throw GeneralFault(
                .internal,
                code: "invalid-schema",
                error.message,
                pointer: error.pointer
            )
        }
    }

    private static func make(_ reader: JSONReader) throws(GeneralFault) -> SchemaNode {
        try SchemaNode(reader)
    }

    /// The definitions that this node or one below it refers to.
    var references: Set<String> {
        var found = Set(reference.map { [$0] } ?? [])
        for child in properties.map(\.node) + anyOf + allOf
            + [additional, items, not].compactMap({ $0 })
        {
            found.formUnion(child.references)
        }
        return found
    }

    func check(
        _ value: JSON,
        at pointer: String,
        definitions: [String: SchemaNode],
        depth: Int,
        into found: inout [SchemaViolation]
    ) {
        guard found.count < 20 else { return }
        func report(_ message: String, code: String = "invalid-value", at place: String? = nil) {
            found.append(SchemaViolation(pointer: place ?? pointer, message: message, code: code))
        }
        guard depth < 128 else { return report("nested too deeply") }
        if boolean == false { return report("no value is allowed here") }
        if let reference, let target = definitions[reference] {
            target.check(
                value,
                at: pointer,
                definitions: definitions,
                depth: depth + 1,
                into: &found
            )
        }
        guard types.isEmpty || types.contains(where: { Self.is(value, $0) }) else {
            let expected = types.map(Self.article).joined(separator: " or ")
            return report("expected \(expected), found \(Self.shown(value))", code: "wrong-type")
        }
        if let constants, !constants.contains(value) {
            let allowed = constants.map { $0.text() }.joined(separator: ", ")
            report(
                "expected \(constants.count > 1 ? "one of " : "")\(allowed), found \(Self.shown(value))"
            )
        }
        switch value {
        case .string(let text): checkString(text, report: { report($0) })
        case .number(let number): checkNumber(number, report: { report($0) })
        case .array(let elements):
            if let counts, !counts.contains(elements.count) {
                report("must have \(Self.said(counts)) elements, has \(elements.count)")
            }
            if unique, Set(elements).count < elements.count { report("must not repeat an element") }
            if let items {
                for (index, element) in elements.enumerated() {
                    items.check(
                        element,
                        at: "\(pointer)/\(index)",
                        definitions: definitions,
                        depth: depth + 1,
                        into: &found
                    )
                }
            }
        case .object(let object):
            for key in required where object[key] == nil {
                report("\"\(key)\" is required", code: "missing-field", at: place(pointer, key))
            }
            for member in object {
                let known = properties.first { $0.key == member.key }?.node
                if let node = known ?? additional, node.boolean != false {
                    node.check(
                        member.value,
                        at: place(pointer, member.key),
                        definitions: definitions,
                        depth: depth + 1,
                        into: &found
                    )
                } else if known == nil, additional?.boolean == false {
                    let near = nearest(to: member.key, among: properties.map(\.key))
                    report(
                        "\"\(member.key)\" is not a known field"
                            + (near.map { "; did you mean \"\($0)\"?" } ?? ""),
                        code: "unknown-field",
                        at: place(pointer, member.key)
                    )
                }
            }
        case .null, .bool: break
        }
        checkCombinations(value, at: pointer, definitions: definitions, depth: depth, into: &found)
    }

    private func checkCombinations(
        _ value: JSON,
        at pointer: String,
        definitions: [String: SchemaNode],
        depth: Int,
        into found: inout [SchemaViolation]
    ) {
        for node in allOf {
            node.check(value, at: pointer, definitions: definitions, depth: depth + 1, into: &found)
        }
        func violations(_ node: SchemaNode) -> [SchemaViolation] {
            var inner: [SchemaViolation] = []
            node.check(value, at: pointer, definitions: definitions, depth: depth + 1, into: &inner)
            return inner
        }
        // Of several forms the one that comes nearest tells what is wrong.
        let forms = anyOf.map(violations)
        if !forms.contains(where: \.isEmpty), let nearest = forms.min(by: { $0.count < $1.count }) {
            found += nearest
        }
        if let not, violations(not).isEmpty {
            found.append(
                SchemaViolation(
                    pointer: pointer,
                    message: "has a form that is not allowed",
                    code: "invalid-value"
                )
            )
        }
    }

    private func checkString(_ text: String, report: (String) -> Void) {
        if let lengths, !lengths.contains(text.unicodeScalars.count) {
            report("must have \(Self.said(lengths)) characters, has \(text.unicodeScalars.count)")
        }
        switch format {
        case "uuid" where ID<Schema>(text) == nil: report("expected a UUID, found \"\(text)\"")
        case "date" where CalendarDate(text) == nil:
            report("expected a date like 2026-11-20, found \"\(text)\"")
        case "date-time" where Timestamp(text) == nil:
            report("expected a time like 2026-11-20T08:30:00Z, found \"\(text)\"")
        case "email" where text.split(separator: "@", omittingEmptySubsequences: false).count != 2:
            report("expected an e-mail address, found \"\(text)\"")
        default: break
        }
    }

    private func checkNumber(_ number: JSONNumber, report: (String) -> Void) {
        let value = number.double
        if let minimum {
            let least = minimum.value.double
            if minimum.exclusive ? value <= least : value < least {
                report(
                    "must be \(minimum.exclusive ? "more than" : "at least") \(minimum.value.text), "
                        + "is \(number.text)"
                )
            }
        }
        if let maximum {
            let most = maximum.value.double
            if maximum.exclusive ? value >= most : value > most {
                report(
                    "must be \(maximum.exclusive ? "less than" : "at most") \(maximum.value.text), "
                        + "is \(number.text)"
                )
            }
        }
        if let multipleOf {
            let quotient = value / multipleOf
            if abs(quotient - quotient.rounded()) > 1e-9 {
                report("must be a multiple of \(multipleOf), is \(number.text)")
            }
        }
    }
}

extension SchemaNode {
    private func place(_ pointer: String, _ key: String) -> String {
        pointer + "/" + JSON.pointerToken(key)
    }

    private static func `is`(_ value: JSON, _ type: String) -> Bool {
        if type == "integer", case .number(let number) = value { return number.int != nil }
        return value.kind == type
    }

    private static func article(_ type: String) -> String {
        switch type {
        case "integer": "a whole number"
        case "array", "object": "an \(type)"
        case "null": "null"
        case "boolean": "true or false"
        default: "a \(type)"
        }
    }

    private static func shown(_ value: JSON) -> String {
        let text = value.text()
        return text.count > 60 ? text.prefix(57) + "…" : text
    }

    private static func said(_ range: ClosedRange<Int>) -> String {
        switch (range.lowerBound, range.upperBound) {
        case (let low, Int.max): "at least \(low)"
        case (0, let high): "at most \(high)"
        case (let low, let high) where low == high: "exactly \(low)"
        case (let low, let high): "\(low) to \(high)"
        }
    }

    private static func typeList(_ reader: JSONReader) throws(GeneralFault) -> [String] {
        guard let found = try reader.optional("type") else { return [] }
        var names: [String] = []
        if let name = found.value.string {
            names = [name]
        } else {
            for element in try found.array(count: 1...7) {
                names.append(try element.string())
            }
        }
        for name in names where !typeNames.contains(name) {
            throw found.fault("unknown type \"\(name)\"")
        }
        return names
    }

    private static func nodes(
        _ reader: JSONReader,
        _ key: String
    ) throws(GeneralFault) -> [(key: String, node: SchemaNode)] {
        guard let found = try reader.optional(key) else { return [] }
        var nodes: [(key: String, node: SchemaNode)] = []
        for member in found.value.object ?? JSONObject() {
            nodes.append((member.key, try SchemaNode(try found.member(member.key))))
        }
        return nodes
    }

    private static func list(
        _ reader: JSONReader,
        _ key: String
    ) throws(GeneralFault) -> [SchemaNode] {
        var nodes: [SchemaNode] = []
        for element in try reader.optional(key)?.array(count: 1...100) ?? [] {
            nodes.append(try SchemaNode(element))
        }
        return nodes
    }

    private static func strings(
        _ reader: JSONReader,
        _ key: String
    ) throws(GeneralFault) -> [String] {
        var strings: [String] = []
        for element in try reader.optional(key)?.array() ?? [] {
            strings.append(try element.string())
        }
        return strings
    }

    private static func range(
        _ reader: JSONReader,
        _ low: String,
        _ high: String
    ) throws(GeneralFault) -> ClosedRange<Int>? {
        let least = try reader.optional(low)?.int(in: 0...Int.max)
        let most = try reader.optional(high)?.int(in: (least ?? 0)...Int.max)
        guard least != nil || most != nil else { return nil }
        return (least ?? 0)...(most ?? Int.max)
    }

    private static func bound(
        _ reader: JSONReader,
        _ inclusive: String,
        _ exclusive: String
    ) throws(GeneralFault) -> (value: JSONNumber, exclusive: Bool)? {
        if case .number(let number)? = reader.value[inclusive] { return (number, false) }
        if case .number(let number)? = reader.value[exclusive] { return (number, true) }
        return nil
    }

    private static func definition(_ reader: JSONReader) throws(GeneralFault) -> String? {
        guard let found = try reader.optional("$ref") else { return nil }
        let text = try found.string()
        guard text.hasPrefix("#/$defs/") else {
            throw found.fault("only references to #/$defs/… are known")
        }
        return String(text.dropFirst(8))
    }
}
