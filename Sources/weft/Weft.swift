import Core
import Glibc

@main
struct Weft {
    static let usage = """
        usage: weft COMMAND …
          serve      run the server: API, console, agents, workflows
          init       make an organisation with its first administrator
          user add   add a person to an organisation
          key        list or rotate the keys that access tokens are signed with
          audit      verify or export the audit log
          person     export or erase what is kept about a person
          import orders FILE   place the orders of a CSV or JSON file
          series     import points of time series from a file, or query them
          backup, restore      copy everything, verified; put a copy back
          migrate    bring the store's tables up to date
          store copy copy the records from SQLite to PostgreSQL, verified
          doctor     check the machine, the configuration and the data
          config --explain     show every setting, its value and where it came from
          pack       pack a load in 3D
          workflow   run or lint a States Language definition
          events     try event patterns on files
          test crash run workflows over a simulated disk, and kill the machine where a seed says
          jsonata    evaluate a JSONata expression on a JSON file
          bench      measure this machine's disk, server and event matching
          version    print the version
        `weft COMMAND --help` tells more.
        """

    /// A command: the words that call it, what `--help` prints, and what it does.
    private struct Command {
        let words: [String]
        let usage: String
        let run: ([String]) async -> Int32
    }

    private static var commands: [Command] {
        [
            Command(words: ["serve"], usage: ServeCommand.usage, run: ServeCommand.run),
            Command(words: ["init"], usage: InitCommand.usage, run: InitCommand.run),
            Command(words: ["user", "add"], usage: UserCommand.usage, run: UserCommand.run),
            Command(words: ["key", "list"], usage: KeyCommand.usage, run: KeyCommand.list),
            Command(words: ["key", "rotate"], usage: KeyCommand.usage, run: KeyCommand.rotate),
            Command(
                words: ["audit", "verify"],
                usage: AuditCommand.usage,
                run: AuditCommand.verify
            ),
            Command(
                words: ["audit", "export"],
                usage: AuditCommand.usage,
                run: AuditCommand.export
            ),
            Command(
                words: ["person", "export"],
                usage: PersonCommand.usage,
                run: PersonCommand.export
            ),
            Command(
                words: ["person", "erase"],
                usage: PersonCommand.usage,
                run: PersonCommand.erase
            ),
            Command(
                words: ["person", "readmit"],
                usage: PersonCommand.usage,
                run: PersonCommand.readmit
            ),
            Command(
                words: ["person", "erasures"],
                usage: PersonCommand.usage,
                run: PersonCommand.erasures
            ),
            Command(
                words: ["import", "orders"],
                usage: ImportCommand.usage,
                run: ImportCommand.run
            ),
            Command(
                words: ["series", "import"],
                usage: SeriesCommand.usage,
                run: SeriesCommand.importing
            ),
            Command(
                words: ["series", "query"],
                usage: SeriesCommand.usage,
                run: SeriesCommand.query
            ),
            Command(words: ["backup"], usage: BackupCommand.usage, run: BackupCommand.run),
            Command(words: ["restore"], usage: RestoreCommand.usage, run: RestoreCommand.run),
            Command(words: ["migrate"], usage: MigrateCommand.usage, run: MigrateCommand.run),
            Command(words: ["store", "copy"], usage: StoreCommand.usage, run: StoreCommand.copy),
            Command(words: ["doctor"], usage: DoctorCommand.usage, run: DoctorCommand.run),
            Command(words: ["config"], usage: ConfigCommand.usage, run: ConfigCommand.run),
            Command(words: ["pack"], usage: PackOptions.help, run: packCommand),
            Command(words: ["workflow"], usage: WorkflowCommand.usage, run: WorkflowCommand.run),
            Command(words: ["events"], usage: EventsCommand.usage, run: EventsCommand.run),
            Command(
                words: ["test", "crash"],
                usage: CrashTestCommand.usage,
                run: CrashTestCommand.run
            ),
            Command(words: ["jsonata"], usage: JSONataCommand.usage, run: JSONataCommand.run),
            Command(words: ["bench"], usage: BenchCommand.usage, run: BenchCommand.run),
        ]
    }

    static func main() async {
        exit(await exitCode(of: Array(CommandLine.arguments.dropFirst())))
    }

    private static func exitCode(of arguments: [String]) async -> Int32 {
        switch arguments.first {
        case nil:
            complain(usage)
            return 2
        case "version", "--version":
            say("weft \(version)")
            return 0
        case "help" where arguments.count > 1:
            return await exitCode(of: arguments.dropFirst() + ["--help"])
        case "help", "--help", "-h":
            say(usage)
            return 0
        default: return await run(arguments)
        }
    }

    private static func run(_ arguments: [String]) async -> Int32 {
        let wantsHelp = arguments.contains("--help") || arguments.contains("-h")
        if let command = commands.first(where: { arguments.starts(with: $0.words) }) {
            if wantsHelp {
                say(command.usage)
                return 0
            }
            return await command.run(Array(arguments.dropFirst(command.words.count)))
        }
        let first = arguments[0]
        if let command = commands.first(where: { $0.words.first == first }) {
            if wantsHelp { say(command.usage) } else { complain(command.usage) }
            return wantsHelp ? 0 : 2
        }
        let near = nearest(to: first, among: commands.map { $0.words[0] })
        let hint = near.map { "; did you mean \"\($0)\"?" } ?? ""
        complain("there is no command \"\(first)\"\(hint)\n\(usage)")
        return 2
    }

    /// The program's version.
    static let version = "0.1.0"
}
