public import Core

/// What a request is known by: a string or a whole number; also a progress token.
public enum RPCID: Sendable, Hashable, CustomStringConvertible {
    /// A whole number.
    case number(Int64)
    /// A string.
    case string(String)

    /// How long a string may be, in bytes.
    public static let longest = 256

    /// Reads a string of at most 256 bytes or a whole number; nil for anything else.
    public init?(_ json: JSON?) {
        switch json {
        case .string(let text) where text.utf8.count <= Self.longest: self = .string(text)
        case .number(let number):
            guard let value = number.int else { return nil }
            self = .number(value)
        default: return nil
        }
    }

    /// The id as it stands in messages.
    public var json: JSON {
        switch self {
        case .number(let value): .number(JSONNumber(value))
        case .string(let text): .string(text)
        }
    }

    /// The id's text, without quotes.
    public var description: String {
        switch self {
        case .number(let value): String(value)
        case .string(let text): text
        }
    }
}
