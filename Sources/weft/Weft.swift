import Glibc

@main
struct Weft {
    static let usage = """
        usage: weft COMMAND …
          serve      run the server: API, console, agents, workflows
          init       make an organisation with its first administrator
          user add   add a person to an organisation
          import orders FILE   place the orders of a CSV or JSON file
          backup, restore      copy everything, verified; put a copy back
          doctor     check the machine, the configuration and the data
          config --explain     show every setting, its value and where it came from
          pack       pack a load in 3D
          workflow   run or lint a States Language definition
          bench      measure what this machine's disk commits
          version    print the version
        `weft COMMAND --help` tells more.
        """

    static func main() async {
        let arguments = Array(CommandLine.arguments.dropFirst())
        let rest = Array(arguments.dropFirst())
        switch arguments.first {
        case "serve": exit(await ServeCommand.run(rest))
        case "pack": exit(packCommand(rest))
        case "workflow": exit(await WorkflowCommand.run(rest))
        case "bench": exit(await BenchCommand.run(rest))
        case "version", "--version":
            say("weft \(version)")
        case "help", "--help", "-h":
            say(usage)
        case let unknown:
            complain((unknown.map { "there is no command \"\($0)\"\n" } ?? "") + usage)
            exit(2)
        }
    }

    /// The program's version.
    static let version = "0.1.0"
}
