import Core

/// A call of one of the `States.…` functions.
struct Intrinsic: Sendable, Hashable {
    enum Function: String, Sendable, CaseIterable {
        case format = "States.Format"
        case stringToJSON = "States.StringToJson"
        case jsonToString = "States.JsonToString"
        case array = "States.Array"
        case arrayPartition = "States.ArrayPartition"
        case arrayContains = "States.ArrayContains"
        case arrayRange = "States.ArrayRange"
        case arrayGetItem = "States.ArrayGetItem"
        case arrayLength = "States.ArrayLength"
        case arrayUnique = "States.ArrayUnique"
        case base64Encode = "States.Base64Encode"
        case base64Decode = "States.Base64Decode"
        case hash = "States.Hash"
        case jsonMerge = "States.JsonMerge"
        case mathRandom = "States.MathRandom"
        case mathAdd = "States.MathAdd"
        case stringSplit = "States.StringSplit"
        case uuid = "States.UUID"

        var arity: ClosedRange<Int> {
            switch self {
            case .format: 1...1_000
            case .array: 0...1_000
            case .uuid: 0...0
            case .stringToJSON, .jsonToString, .arrayLength, .arrayUnique, .base64Encode,
                .base64Decode:
                1...1
            case .arrayPartition, .arrayContains, .arrayGetItem, .hash, .mathAdd, .stringSplit:
                2...2
            case .mathRandom: 2...3
            case .arrayRange, .jsonMerge: 3...3
            }
        }
    }

    enum Argument: Sendable, Hashable {
        /// Text between quotes, escapes still in it.
        case text(String)
        case literal(JSON)
        case path(JSONPath)
        case call(Intrinsic)
    }

    var function: Function
    var arguments: [Argument]
    var text: String
}

extension PathParser {
    mutating func intrinsic(depth: Int = 0) throws(SyntaxProblem) -> Intrinsic {
        let start = at
        while let character = current,
            character.isLetter || character.isNumber || character == "." || character == "_"
        {
            at += 1
        }
        let name = String(input[start..<at])
        guard let function = Intrinsic.Function(rawValue: name) else {
            at = start
            let known = Intrinsic.Function.allCases.map(\.rawValue)
            let hint = nearest(to: name, among: known).map { "; did you mean \($0)?" } ?? ""
            throw problem("'\(name)' is not an intrinsic function\(hint)")
        }
        // AWS nests calls at most ten deep.
        guard depth < 10 else { throw problem("calls are nested more than ten deep") }
        skipBlanks()
        try expect("(")
        var arguments: [Intrinsic.Argument] = []
        skipBlanks()
        while !take(")") {
            arguments.append(try argument(depth: depth))
            skipBlanks()
            if take(",") {
                skipBlanks()
                if current == ")" { throw problem("expected an argument") }
            } else if current != ")" {
                throw problem("expected ',' or ')'")
            }
        }
        guard function.arity.contains(arguments.count) else {
            let range = function.arity
            let wanted =
                range.count == 1 ? "\(range.lowerBound)" : "\(range.lowerBound) or more"
            throw problem("\(name) takes \(wanted) arguments, not \(arguments.count)")
        }
        return Intrinsic(
            function: function,
            arguments: arguments,
            text: String(input[start..<at])
        )
    }

    private mutating func argument(depth: Int) throws(SyntaxProblem) -> Intrinsic.Argument {
        switch current {
        case "'":
            at += 1
            let start = at
            while let character = current, character != "'" {
                if character == "\\" {
                    at += 1
                    guard let escaped = current, "'{}\\".contains(escaped) else {
                        throw problem("'\\' escapes only ', {, } and \\")
                    }
                }
                at += 1
            }
            let text = String(input[start..<min(at, input.count)])
            try expect("'")
            return .text(text)
        case "$":
            return .path(try path(delimiters: [",", ")", " "]))
        case let character? where character.isLetter && String(input[at...]).hasPrefix("States."):
            return .call(try intrinsic(depth: depth + 1))
        default:
            return .literal(try word())
        }
    }
}

/// What a `.$` field or a `…Path` field may hold: a path or a function call.
enum PathExpression: Sendable, Hashable {
    case path(JSONPath)
    case call(Intrinsic)

    init(reading text: String) throws(SyntaxProblem) {
        if text.hasPrefix("$") {
            self = .path(try JSONPath(reading: text))
        } else {
            var parser = PathParser(text)
            guard text.hasPrefix("States.") else {
                throw parser.problem("expected a path or an intrinsic function")
            }
            let call = try parser.intrinsic()
            parser.skipBlanks()
            guard parser.atEnd else { throw parser.problem("unexpected text") }
            self = .call(call)
        }
    }

    var text: String {
        switch self {
        case .path(let path): path.description
        case .call(let call): call.text
        }
    }
}
