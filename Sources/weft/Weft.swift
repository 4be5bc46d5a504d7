import Glibc

@main
struct Weft {
    static func main() async {
        let arguments = Array(CommandLine.arguments.dropFirst())
        let rest = Array(arguments.dropFirst())
        switch arguments.first {
        case "pack": exit(packCommand(rest))
        case "workflow": exit(await WorkflowCommand.run(rest))
        default:
            let usage = Array("usage: weft pack|workflow …\n".utf8)
            _ = write(STDERR_FILENO, usage, usage.count)
            exit(2)
        }
    }
}
