import Core
import JSONata

/// Reading of single values: numbers, texts, paths, expressions and templates.
extension DefinitionReader {
    mutating func count(_ value: JSON, _ pointer: String, _ range: ClosedRange<Int>) -> Int? {
        guard let number = value.int, range.contains(number) else {
            let bound =
                switch value.int {
                case let number? where number < range.lowerBound:
                    range.lowerBound == 1
                        ? " (allowed floor is 0)" : " (allowed minimum is \(range.lowerBound))"
                case let number? where number > range.upperBound:
                    " (allowed maximum is \(range.upperBound))"
                default: ""
                }
            report(
                pointer,
                "\(value) is not a whole number from \(range.lowerBound) to"
                    + " \(range.upperBound)\(bound)"
            )
            return nil
        }
        return number
    }

    mutating func text(_ value: JSON, _ pointer: String) -> String? {
        guard let text = value.string else {
            report(
                pointer,
                value.isNull ? "should be non-null" : "\(value.kind) should be a String"
            )
            return nil
        }
        return text
    }

    mutating func checkComment(_ object: JSONObject, _ pointer: String) {
        if let comment = object["Comment"] { _ = text(comment, pointer + "/Comment") }
    }

    mutating func path(_ value: JSON, _ pointer: String, reference: Bool = false) -> JSONPath? {
        guard let text = text(value, pointer) else { return nil }
        do throws(SyntaxProblem) {
            let path = try JSONPath(reading: text)
            uses(path, pointer)
            if reference, !path.isReference {
                report(pointer, "must be a reference path: names and single indices only")
                return nil
            }
            return path
        } catch {
            report(pointer, "is not a JSONPath: \(error.message)")
            return nil
        }
    }

    private mutating func uses(_ path: JSONPath, _ pointer: String) {
        switch path.root {
        case .context:
            usesContext = true
            state.context = true
        case .variable(let name): refers(to: name, pointer)
        case .input, .current: break
        }
    }

    private mutating func uses(_ call: Intrinsic, _ pointer: String) {
        for argument in call.arguments {
            switch argument {
            case .path(let path): uses(path, pointer)
            case .call(let inner): uses(inner, pointer)
            case .text, .literal: break
            }
        }
    }

    mutating func expression(_ value: JSON, _ pointer: String) -> PathExpression? {
        guard let text = text(value, pointer) else { return nil }
        do throws(SyntaxProblem) {
            let expression = try PathExpression(reading: text)
            switch expression {
            case .path(let path): uses(path, pointer)
            case .call(let call): uses(call, pointer)
            }
            return expression
        } catch {
            report(pointer, error.message)
            return nil
        }
    }

    /// A JSONata expression, nil when the text has no delimiters or the expression is wrong.
    mutating func query(_ text: String, _ pointer: String, _ location: String) -> Query? {
        guard let source = Query.expression(in: text) else {
            if text.hasPrefix("{%") || text.hasSuffix("%}") {
                report(pointer, "a JSONata expression begins with \"{%\" and ends with \"%}\"")
            }
            return nil
        }
        do throws(JSONataError) {
            let query = try Query(source, at: location)
            for name in query.names where name != "states" { refers(to: name, pointer) }
            if query.usesContext {
                usesContext = true
                state.context = true
            }
            return query
        } catch {
            let place = error.position.map { " at character \($0) of '\(source)'" } ?? ""
            report(pointer, "\(error.code): \(error.message)\(place)")
            return nil
        }
    }

    /// A field of a JSONata state that must be an expression.
    mutating func demandQuery(_ value: JSON, _ pointer: String, _ location: String) -> Query? {
        guard let text = value.string, text.hasPrefix("{%") else {
            report(pointer, "must be a JSONata expression like \"{% … %}\"")
            return nil
        }
        return query(text, pointer, location)
    }

    /// A payload template in the state's language.
    ///
    /// In JSONPath, members whose name ends in `.$` are evaluated, at any depth; in JSONata, every
    /// string between `{%` and `%}`.
    mutating func template(
        _ value: JSON,
        _ pointer: String,
        _ location: String
    ) -> PayloadTemplate {
        switch value {
        case .array(let elements):
            let templates = elements.enumerated().map {
                template($1, "\(pointer)/\($0)", "\(location)[\($0)]")
            }
            return templates.allSatisfy(\.isConstant) ? .constant(value) : .array(templates)
        case .object(let object):
            let members = members(of: object, pointer, location)
            return members.allSatisfy(\.template.isConstant) && members.count == object.count
                ? .constant(value) : .object(members)
        case .string(let text) where language == .jsonata:
            return query(text, pointer, location).map { .query($0) } ?? .constant(value)
        default:
            return .constant(value)
        }
    }

    mutating func members(
        of object: JSONObject,
        _ pointer: String,
        _ location: String
    ) -> [PayloadTemplate.Member] {
        var members: [PayloadTemplate.Member] = []
        for member in object {
            let place = pointer + "/" + JSON.pointerToken(member.key)
            if language == .jsonPath, member.key.hasSuffix(".$") {
                let key = String(member.key.dropLast(2))
                if object[key] != nil { report(place, "\"\(key)\" is given twice") }
                let before = problems.count
                guard let expression = expression(member.value, place) else {
                    for at in before..<problems.count {
                        problems[at].message =
                            "Field \"\(member.key)\" is not a JSONPath or intrinsic function"
                            + " expression: \(problems[at].message)"
                    }
                    continue
                }
                members.append(
                    .init(key: key, field: member.key, template: .expression(expression))
                )
            } else {
                members.append(
                    .init(
                        key: member.key,
                        field: member.key,
                        template: template(member.value, place, "\(location)/\(member.key)")
                    )
                )
            }
        }
        return members
    }

    /// The `Assign` of a state, choice rule or catcher.
    mutating func assign(
        _ object: JSONObject,
        _ pointer: String,
        _ location: String = "Assign"
    ) -> [PayloadTemplate.Member] {
        guard let value = object["Assign"] else { return [] }
        let place = pointer + "/Assign"
        guard let variables = value.object else {
            report(place, "must be an object of variables")
            return []
        }
        let members = members(of: variables, place, location)
        for member in members where !Self.isVariableName(member.key) || member.key == "states" {
            report(
                "\(place)/\(JSON.pointerToken(member.field))",
                member.key == "states"
                    ? "\"states\" is a reserved name"
                    : "a variable's name has a letter first, then letters, digits and \"_\", up to"
                        + " 80 in all"
            )
        }
        assigns(members.map(\.key), place)
        return members
    }

    private static func isVariableName(_ name: String) -> Bool {
        guard let first = name.first, name.count <= 80 else { return false }
        return (first.isLetter || first == "_")
            && name.allSatisfy { $0.isLetter || $0.isNumber || $0 == "_" }
    }

    /// A number in the field `name`, or found by `namePath` or an expression.
    mutating func amount(
        _ name: String,
        _ object: JSONObject,
        _ pointer: String,
        _ range: ClosedRange<Int>,
        isWhole: Bool = true,
        location: String? = nil
    ) -> State.Amount? {
        let place = "\(pointer)/\(name)"
        if language == .jsonPath, let value = object[name + "Path"] {
            if object[name] != nil {
                report(place + "Path", "may have only one of [\"\(name)\", \"\(name)Path\"]")
            }
            return path(value, place + "Path").map { .init(name: name, source: .path($0)) }
        }
        guard let value = object[name] else { return nil }
        if language == .jsonata, value.string != nil {
            return demandQuery(value, place, location ?? name)
                .map { .init(name: name, source: .query($0)) }
        }
        if isWhole {
            guard count(value, place, range) != nil else { return nil }
        } else {
            guard let number = value.double, number >= Double(range.lowerBound),
                number <= Double(range.upperBound)
            else {
                report(
                    place,
                    "\(value) is not a number from \(range.lowerBound) to \(range.upperBound)"
                )
                return nil
            }
        }
        return .init(name: name, source: .literal(value))
    }

    /// A text in the field `name`, or found by `namePath` or an expression.
    mutating func textField(
        _ name: String,
        _ object: JSONObject,
        _ pointer: String
    ) -> State.TextField? {
        let place = "\(pointer)/\(name)"
        if language == .jsonPath, let value = object[name + "Path"] {
            if object[name] != nil {
                report(place + "Path", "may have only one of [\"\(name)\", \"\(name)Path\"]")
            }
            return expression(value, place + "Path").map { .expression($0) }
        }
        guard let value = object[name], let text = text(value, place) else { return nil }
        if language == .jsonata, let query = query(text, place, name) { return .query(query) }
        return .literal(text)
    }
}
