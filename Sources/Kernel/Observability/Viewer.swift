public import Core

/// Whose observations somebody may see.
///
/// Everybody sees their own organisation's. What belongs to no organisation, the installation's own
/// lines, spans and metrics, is seen by the members of the organisation that operates it.
public struct Viewer: Sendable, Hashable {
    /// The organisation.
    public let organisation: ID<Organisation>
    /// Whether it operates the installation.
    public let operates: Bool

    /// A viewer.
    public init(_ organisation: ID<Organisation>, operates: Bool) {
        self.organisation = organisation
        self.operates = operates
    }

    /// The organisations whose rows may be seen, as two values for `IN (?, ?)`.
    var organisations: [ID<Organisation>] {
        [organisation, operates ? .installation : organisation]
    }
}

extension ID where Subject == Organisation {
    /// The organisation of rows that belong to the installation; the same bits as `Identity`'s
    /// `system`, which this room cannot see.
    public static var installation: ID<Organisation> {
        ID(high: 0x0000_0000_0000_7000, low: 0x8000_0000_0000_0001)
    }
}
