public import Core

/// The versions of a record that a caller means to change, as `If-Match` names them.
public struct ExpectedVersion: Sendable, Hashable {
    /// The versions that will do.
    public var versions: Set<Int>

    /// Any of `versions`.
    public init(_ versions: Set<Int>) { self.versions = versions }

    /// Checks the present version.
    ///
    /// - Throws: a fault of kind outdated and code `version-mismatch` with `currentVersion`.
    public func check(_ version: Int, of what: String) throws(GeneralFault) {
        guard !versions.contains(version) else { return }
        throw GeneralFault(
            .outdated,
            code: "version-mismatch",
            "\(what) is at version \(version) now; read it again and decide on what it says then",
            details: JSONObject([("currentVersion", .int(version))])
        )
    }
}
