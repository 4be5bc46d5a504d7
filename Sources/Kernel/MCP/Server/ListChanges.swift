/// Lists of a server's that may become others while it runs, of which it tells its clients then.
public struct ListChanges: OptionSet, Sendable {
    /// One bit for each list.
    public let rawValue: UInt8

    /// The lists of these bits.
    public init(rawValue: UInt8) { self.rawValue = rawValue }

    /// The tools.
    public static let tools = ListChanges(rawValue: 1)
    /// The resources.
    public static let resources = ListChanges(rawValue: 2)
    /// The prompts.
    public static let prompts = ListChanges(rawValue: 4)
}
