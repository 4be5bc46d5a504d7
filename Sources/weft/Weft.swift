import Core

#if canImport(Glibc)
    import Glibc
#endif

@main
struct Weft {
    static func main() async {
        let arguments = CommandLine.arguments.dropFirst()
        switch arguments.first {
        case "workflow": exit(await WorkflowCommand.run(Array(arguments.dropFirst())))
        default:
            let usage = Array("usage: weft workflow run|lint …\n".utf8)
            _ = write(STDERR_FILENO, usage, usage.count)
            exit(2)
        }
    }
}
