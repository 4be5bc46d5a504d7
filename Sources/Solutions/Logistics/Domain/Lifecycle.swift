public import Core

/// A status that may only move along a table.
public protocol Lifecycle: RawRepresentable, CaseIterable, Sendable, Hashable
where RawValue == String {
    /// What a thing of this status is called, for instance `order`.
    static var subject: String { get }
    /// Where each status may move, in the order in which people should be told.
    static var transitions: [Self: [Self]] { get }
}

extension Lifecycle {
    /// The statuses that this one may become.
    public var allowed: [Self] { Self.transitions[self] ?? [] }

    /// Whether nothing follows.
    public var isFinal: Bool { allowed.isEmpty }

    /// Throws a conflict `illegal-transition` that names the allowed moves unless `next` is one.
    public func checkMove(to next: Self) throws(GeneralFault) {
        guard !allowed.contains(next) else { return }
        let choices =
            isFinal
            ? "\(rawValue) is final"
            : "allowed from \(rawValue): " + allowed.map(\.rawValue).joined(separator: ", ")
        throw GeneralFault(
            .conflict,
            code: "illegal-transition",
            "the \(Self.subject) is \(rawValue) and cannot become \(next.rawValue); \(choices)",
            details: JSONObject([("allowed", .array(allowed.map { .string($0.rawValue) }))])
        )
    }
}
