import Core
import Logistics

/// The arguments of `weft pack`.
struct PackOptions {
    /// What was not understood.
    struct Misuse: Error {
        var message: String
    }

    static let help = """
        Packs boxes into a container and prints where each stands, as JSON.

        weft pack LOAD.json [options]
        weft pack thpack1.txt --problem K [options]
        weft pack --validate LOAD LAYOUT [--problem K] [--support S]
        weft pack --sequence LOAD [LAYOUT] [--sheet OUT.pdf] [options]

          --seconds S      search for S seconds of CPU time per thread (default 1)
          --iterations N   search for exactly N steps; the result is the same everywhere
                           (either is for all containers together)
          --support S      full (default), none, or the least share of a base that must be
                           supported, 0…1
          --seed N         vary the search (default 0)
          --threads N      threads to search with, 1…64 (default 1); does not change the result
                           of --iterations
          --problem K      the problem in a benchmark file, from 1
          --explain        also say what each box bears, the centre of gravity and axle loads
          --validate       check LAYOUT against LOAD; exit 1 when it breaks a rule
          --sequence       print the steps in which it is loaded instead of the layout; with
                           LAYOUT, of that one
          --sheet OUT.pdf  also print a loading sheet with drawings; with LAYOUT, of that one

        \(loadFormat)

        LOAD may be - for standard input. Exit: 0 done, 1 input refused, 2 command not understood.
        """

    static let names: Set<String> = [
        "--seconds", "--iterations", "--support", "--seed", "--threads", "--problem", "--explain",
        "--validate", "--sequence", "--sheet", "--help",
    ]

    var loadPath = ""
    /// The layout to check, or whose steps are wanted; nil packs.
    var layoutPath: String?
    /// Whether the layout is to be checked.
    var isValidating = false
    /// Whether the loading steps are wanted.
    var isSequenced = false
    /// Where the loading sheet goes; nil makes none.
    var sheetPath: String?
    var problem: Int?
    var support = SupportRule.full
    var search = Packer.Options()
    var isExplained = false

    init(_ arguments: [String]) throws(Misuse) {
        var paths: [String] = []
        var budgets = 0
        var rest = arguments[...]
        while let argument = rest.popFirst() {
            guard argument.hasPrefix("--") else {
                paths.append(argument)
                continue
            }
            switch argument {
            case "--validate": isValidating = true
            case "--explain": isExplained = true
            case "--sequence": isSequenced = true
            case "--sheet": sheetPath = try Self.value(argument, &rest, "a file to write")
            case "--seconds":
                let seconds: Double = try Self.value(
                    argument,
                    &rest,
                    "a number of seconds, 0…86400"
                )
                guard seconds >= 0, seconds <= 86_400 else {
                    throw Misuse(message: "--seconds must lie between 0 and 86400, is \(seconds)")
                }
                search.budget = .seconds(seconds)
                budgets += 1
            case "--iterations":
                let count: Int = try Self.value(argument, &rest, "a whole number")
                guard count >= 1 else {
                    throw Misuse(message: "--iterations must be at least 1, is \(count)")
                }
                search.budget = .iterations(count)
                budgets += 1
            case "--support": support = try Self.support(&rest)
            case "--seed": search.seed = try Self.value(argument, &rest, "a whole number from 0")
            case "--threads":
                search.threads = try Self.value(argument, &rest, "a whole number")
                guard (1...64).contains(search.threads) else {
                    throw Misuse(message: "--threads must lie between 1 and 64")
                }
            case "--problem": problem = try Self.value(argument, &rest, "a whole number")
            default:
                let near =
                    nearest(to: argument, among: Self.names).map { "; did you mean \($0)?" } ?? ""
                throw Misuse(message: "\(argument) is not known\(near)")
            }
        }
        if budgets > 1 {
            throw Misuse(message: "give --seconds or --iterations, once, not both")
        }
        let takesSteps = isSequenced || sheetPath != nil
        if isValidating, takesSteps {
            throw Misuse(message: "--validate goes with neither --sequence nor --sheet")
        }
        let wanted = isValidating ? 2...2 : takesSteps ? 1...2 : 1...1
        guard wanted.contains(paths.count) else {
            throw Misuse(
                message: isValidating
                    ? "--validate needs a load and a layout, found \(paths.count) files"
                    : takesSteps
                        ? "a load file is needed, and a layout may follow, found \(paths.count)"
                        : "one load file is needed, found \(paths.count)"
            )
        }
        loadPath = paths[0]
        if paths.count == 2 { layoutPath = paths[1] }
    }

    private static func value<Value: LosslessStringConvertible>(
        _ name: String,
        _ rest: inout ArraySlice<String>,
        _ expected: String
    ) throws(Misuse) -> Value {
        guard let text = rest.popFirst() else { throw Misuse(message: "\(name) needs \(expected)") }
        guard let value = Value(text) else {
            throw Misuse(message: "\(name) needs \(expected), found \"\(text)\"")
        }
        return value
    }

    private static func support(_ rest: inout ArraySlice<String>) throws(Misuse) -> SupportRule {
        let expected = "full, none, or a share between 0 and 1"
        let text: String = try value("--support", &rest, expected)
        switch text {
        case "full": return .full
        case "none": return .none
        default:
            guard let share = Double(text), share >= 0, share <= 1 else {
                throw Misuse(message: "--support needs \(expected), found \"\(text)\"")
            }
            return share == 1 ? .full : share == 0 ? .none : .fraction(share)
        }
    }
}
