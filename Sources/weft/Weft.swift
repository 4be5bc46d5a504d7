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
          search     ask an installation, or evaluate search on files
          memory     remember, recall and forget facts
          intents    list, show, declare, check or report intents
          series     import points of time series from a file, or query them
          models     list, add or check the language models that agents may ask
          backup, restore      copy everything, verified; put a copy back
          migrate    bring the store's tables up to date
          store copy copy the records from SQLite to PostgreSQL, verified
          doctor     check the machine, the configuration and the data
          config --explain     show every setting, its value and where it came from
          pack       pack a load in 3D
          workflow   run or lint a States Language definition
          events     try event patterns on files
          decision   open decisions, make them again, compare them
          evaluate   let an agent decide a set of cases, and count what is right
          test crash run workflows over a simulated disk, and kill the machine where a seed says
          mcp tools, mcp call  what outside MCP servers offer (mcp --help tells more)
          jsonata    evaluate a JSONata expression on a JSON file
          mcp --stdio          serve AI clients on standard input and output
          bench      measure this machine's disk, server and event matching
          version    print the version
        `weft COMMAND --help` tells more.
        """

    /// A command: the words that call it, what `--help` prints, and what it does.
    private struct Command {
        let words: [String]
        let usage: String
        let run: ([String]) async -> Int32

        init(_ words: String, _ usage: String, _ run: @escaping ([String]) async -> Int32) {
            self.words = words.split(separator: " ").map(String.init)
            self.usage = usage
            self.run = run
        }
    }

    private static var commands: [Command] {
        [
            Command("serve", ServeCommand.usage, ServeCommand.run),
            Command("init", InitCommand.usage, InitCommand.run),
            Command("user add", UserCommand.usage, UserCommand.run),
            Command("key list", KeyCommand.usage, KeyCommand.list),
            Command("key rotate", KeyCommand.usage, KeyCommand.rotate),
            Command("audit verify", AuditCommand.usage, AuditCommand.verify),
            Command("audit export", AuditCommand.usage, AuditCommand.export),
            Command("person export", PersonCommand.usage, PersonCommand.export),
            Command("person erase", PersonCommand.usage, PersonCommand.erase),
            Command("person readmit", PersonCommand.usage, PersonCommand.readmit),
            Command("person erasures", PersonCommand.usage, PersonCommand.erasures),
            Command("import orders", ImportCommand.usage, ImportCommand.run),
            Command("search evaluate", SearchCommand.usage, SearchCommand.evaluate),
            Command("search query", SearchCommand.usage, SearchCommand.query),
            Command("memory remember", MemoryCommand.usage, MemoryCommand.remember),
            Command("memory recall", MemoryCommand.usage, MemoryCommand.recall),
            Command("memory forget", MemoryCommand.usage, MemoryCommand.forget),
            Command("memory receipts", MemoryCommand.usage, MemoryCommand.receipts),
            Command("intents list", IntentsCommand.usage, IntentsCommand.list),
            Command("intents show", IntentsCommand.usage, IntentsCommand.show),
            Command("intents declare", IntentsCommand.usage, IntentsCommand.declare),
            Command("intents check", IntentsCommand.usage, IntentsCommand.check),
            Command("intents report", IntentsCommand.usage, IntentsCommand.report),
            Command("series import", SeriesCommand.usage, SeriesCommand.importing),
            Command("series query", SeriesCommand.usage, SeriesCommand.query),
            Command("models list", ModelsCommand.usage, ModelsCommand.list),
            Command("models add", ModelsCommand.usage, ModelsCommand.add),
            Command("models check", ModelsCommand.usage, ModelsCommand.check),
            Command("backup", BackupCommand.usage, BackupCommand.run),
            Command("restore", RestoreCommand.usage, RestoreCommand.run),
            Command("migrate", MigrateCommand.usage, MigrateCommand.run),
            Command("store copy", StoreCommand.usage, StoreCommand.copy),
            Command("doctor", DoctorCommand.usage, DoctorCommand.run),
            Command("config", ConfigCommand.usage, ConfigCommand.run),
            Command("pack", PackOptions.help, packCommand),
            Command("workflow", WorkflowCommand.usage, WorkflowCommand.run),
            Command("events", EventsCommand.usage, EventsCommand.run),
            Command("decision show", DecisionCommand.usage, DecisionCommand.show),
            Command("decision replay", DecisionCommand.usage, DecisionCommand.replay),
            Command("decision diff", DecisionCommand.usage, DecisionCommand.diff),
            Command("evaluate", EvaluateCommand.usage, EvaluateCommand.run),
            Command("test crash", CrashTestCommand.usage, CrashTestCommand.run),
            Command("jsonata", JSONataCommand.usage, JSONataCommand.run),
            Command("mcp tools", MCPClientCommand.usage, MCPClientCommand.tools),
            Command("mcp call", MCPClientCommand.usage, MCPClientCommand.call),
            Command("mcp resources", MCPClientCommand.usage, MCPClientCommand.resources),
            Command("mcp read", MCPClientCommand.usage, MCPClientCommand.read),
            Command("mcp prompts", MCPClientCommand.usage, MCPClientCommand.prompts),
            Command("mcp prompt", MCPClientCommand.usage, MCPClientCommand.prompt),
            Command("mcp", MCPCommand.usage, MCPCommand.run),
            Command("bench", BenchCommand.usage, BenchCommand.run),
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
