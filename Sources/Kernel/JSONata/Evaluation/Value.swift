import Core

/// A value while an expression is evaluated.
enum Value {
    case undefined
    case null
    case bool(Bool)
    case number(Double)
    /// A number of the input that a double does not hold exactly; kept as it is where it is only passed on.
    case exact(ExactNumber)
    case string(String)
    case array(ArrayValue)
    case object(ObjectValue)
    case function(FunctionValue)
    /// One element of a tuple stream: a context value and what was bound on the way to it.
    case tuple(Tuple)
}

extension Value {
    @inline(__always)
    var isUndefined: Bool {
        if case .undefined = self { return true }
        return false
    }

    var isFunction: Bool {
        if case .function = self { return true }
        return false
    }

    /// The number as a double; nil for anything else.
    @inline(__always)
    var double: Double? {
        switch self {
        case .number(let value): value
        case .exact(let value): value.double
        default: nil
        }
    }

    var text: String? {
        if case .string(let text) = self { return text }
        return nil
    }

    var array: ArrayValue? {
        if case .array(let array) = self { return array }
        return nil
    }

    var object: ObjectValue? {
        if case .object(let object) = self { return object }
        return nil
    }

    /// How deep the value nests: 0 for what holds nothing.
    @inline(__always)
    var nesting: Int {
        switch self {
        case .array(let array): array.nesting
        case .object(let object): object.nesting
        case .function(let function): function.nesting
        case .tuple: 1
        default: 0
        }
    }

    /// Whether it counts as a number: not NaN, and an infinite one is refused.
    @inline(__always)
    func isNumeric() throws(Failure) -> Bool {
        guard let double else { return false }
        if double.isFinite { return true }
        if double.isNaN { return false }
        throw Failure("D1001", of: self)
    }
}

extension Value {
    /// The value of a JSON text; arrays and objects are looked into when they are needed.
    @inline(__always)
    init(_ json: JSON) {
        switch json {
        case .null: self = .null
        case .bool(let flag): self = .bool(flag)
        case .number(let number): self = Value(number)
        case .string(let text): self = .string(text)
        case .array(let elements): self = .array(ArrayValue(source: elements))
        case .object(let object): self = .object(ObjectValue(source: object))
        }
    }

    private init(_ number: JSONNumber) {
        if let whole = number.plainInteger {
            // A double holds these exactly.
            if whole.magnitude <= 9_007_199_254_740_992 {
                self = .number(Double(whole))
            } else {
                self = .exact(ExactNumber(number))
            }
        } else if number.text.utf8.count > 16 {
            self = .exact(ExactNumber(number))
        } else {
            self = .number(number.double)
        }
    }

    /// The value as JSON; a function within an array or an object is an empty string, as `$string` has it.
    func json() throws(Failure) -> JSON? {
        switch self {
        case .undefined: return nil
        case .null: return .null
        case .bool(let flag): return .bool(flag)
        case .number(let value):
            guard let number = JSONNumber(value == 0 ? 0 : value) else {
                throw Failure("D1001", value: .string(NumberText.string(value)))
            }
            return .number(number)
        case .exact(let value): return .number(value.exact)
        case .string(let text): return .string(Text.exported(text))
        case .array(let array): return try array.json()
        case .object(let object): return try object.json()
        case .function: return ""
        case .tuple(let tuple): return try tuple.context.json()
        }
    }

    /// The value as a message shows it.
    var forMessage: JSON? {
        if case .number(let value) = self, !value.isFinite { return .null }
        return try? json()
    }
}
