public import Core

/// A value that a statement takes or a column holds.
public enum SQLValue: Sendable, Hashable {
    case null
    case int(Int64)
    case double(Double)
    case text(String)
    case blob([UInt8])
    /// The bits of an id; stored as its text.
    case uuid(high: UInt64, low: UInt64)
}

extension SQLValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral,
    ExpressibleByNilLiteral, ExpressibleByBooleanLiteral, ExpressibleByStringInterpolation
{
    /// Text.
    public init(stringLiteral value: String) { self = .text(value) }
    /// An integer.
    public init(integerLiteral value: Int64) { self = .int(value) }
    /// NULL.
    public init(nilLiteral: ()) { self = .null }
    /// 0 or 1.
    public init(booleanLiteral value: Bool) { self = .int(value ? 1 : 0) }

    /// Text, or NULL.
    public static func text(_ value: String?) -> SQLValue { value.map(SQLValue.text) ?? .null }
    /// An integer.
    public static func int(_ value: Int) -> SQLValue { .int(Int64(value)) }
    /// An integer, or NULL.
    public static func int(_ value: Int?) -> SQLValue { value.map { .int(Int64($0)) } ?? .null }
    /// 0 or 1.
    public static func bool(_ value: Bool) -> SQLValue { .int(value ? 1 : 0) }
    /// An id as text.
    public static func id<Subject>(_ value: ID<Subject>) -> SQLValue {
        .uuid(high: value.high, low: value.low)
    }
    /// An id as text, or NULL.
    public static func id<Subject>(_ value: ID<Subject>?) -> SQLValue {
        value.map { .uuid(high: $0.high, low: $0.low) } ?? .null
    }
    /// A moment as microseconds since the Unix epoch.
    public static func time(_ value: Timestamp) -> SQLValue { .int(value.microseconds) }
    /// A moment, or NULL.
    public static func time(_ value: Timestamp?) -> SQLValue {
        value.map { .int($0.microseconds) } ?? .null
    }
    /// A day as `YYYY-MM-DD`, which sorts as the calendar does.
    public static func date(_ value: CalendarDate) -> SQLValue { .text(value.description) }
    /// JSON as compact text.
    public static func json(_ value: JSON) -> SQLValue { .text(value.text()) }
    /// JSON text as it is.
    public static func json(_ value: JSONText) -> SQLValue { .text(value.description) }
    /// JSON as compact text, or NULL.
    public static func json(_ value: JSON?) -> SQLValue { value.map { .text($0.text()) } ?? .null }
}
