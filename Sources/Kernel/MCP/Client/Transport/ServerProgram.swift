/// A program that is a server over its standard streams.
public struct ServerProgram: Sendable, Hashable {
    /// The program: a path, or a name that is looked for in the environment's `PATH`.
    public var command: String
    /// Its arguments.
    public var arguments: [String]
    /// Its whole environment besides ``inherited``.
    public var environment: [String: String]

    /// The variables that every program gets when they are set; all others stay here.
    public static let inherited = ["PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "TZ", "USER"]

    /// A program.
    public init(
        command: String,
        arguments: [String] = [],
        environment: [String: String] = [:]
    ) {
        self.command = command
        self.arguments = arguments
        self.environment = environment
    }
}
