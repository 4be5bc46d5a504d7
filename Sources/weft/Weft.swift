import Glibc

@main
struct Weft {
    static func main() async {
        let arguments = Array(CommandLine.arguments.dropFirst())
        switch arguments.first {
        case "pack": exit(packCommand(Array(arguments.dropFirst())))
        default: break
        }
    }
}
