import Core
import Glibc
import JSONata
import Platform

/// `weft jsonata`: evaluates an expression on a JSON file.
enum JSONataCommand {
    static let usage = """
        usage: weft jsonata EXPR [--input FILE] [--bindings FILE] [--depth N] [--time MS]
          prints the value of a JSONata expression as JSON, and nothing when it has none
          --input FILE     the JSON it is evaluated on; - reads standard input
          --bindings FILE  a JSON object with the values of variables
          --depth N        how deep evaluations may nest, by default 10000
          --time MS        how many milliseconds it may take, by default 10000
        """

    /// Runs the command and returns its exit code: 0 done, 1 refused, 2 usage.
    static func run(_ arguments: [String]) async -> Int32 {
        do {
            try evaluate(arguments)
            return 0
        } catch let failure as EvaluationFailure {
            emit(failure.text, to: STDERR_FILENO)
            return 1
        } catch {
            return await exitCode(of: { throw error }, usage: usage)
        }
    }

    private static func evaluate(_ arguments: [String]) throws {
        let options = try CommandOptions(
            arguments,
            valued: ["--input", "--bindings", "--depth", "--time"]
        )
        let source = try options.onlyWord("an expression")
        let input = try options.values["--input"].map { try read($0) }
        var environment = JSONataEnvironment(now: SystemClock().now(), random: SystemRandom())
        if let file = options.values["--bindings"] {
            guard let bindings = try read(file).object else {
                throw fault("\(file): expected an object with the values of variables")
            }
            for member in bindings { environment.bindings[member.key] = member.value }
        }
        if let depth = try number(options, "--depth") { environment.limits.depth = depth }
        if let time = try number(options, "--time") {
            environment.limits.time = .milliseconds(time)
        }
        let outcome: JSONataOutcome
        do throws(JSONataError) {
            outcome = try JSONataExpression(source).outcome(input, in: environment)
        } catch {
            throw EvaluationFailure(error)
        }
        switch outcome {
        case .undefined: break
        case .value(let value): say(value.text(.pretty))
        case .function: complain("the value is a function, which JSON cannot hold")
        }
    }

    private static func number(_ options: CommandOptions, _ name: String) throws -> Int? {
        guard let text = options.values[name] else { return nil }
        guard let number = Int(text), (1...100_000).contains(number) else {
            throw UsageError("\(name) is a whole number from 1 to 100000")
        }
        return number
    }

    /// An error of the expression, which is shown by its code.
    private struct EvaluationFailure: Error {
        let error: JSONataError

        init(_ error: JSONataError) { self.error = error }

        /// The code and the message, and on a line of its own the place.
        var text: String {
            let place = error.position.map { "\n  at position \($0) of the expression" } ?? ""
            return "\(error.code): \(error.message)\(place)\n"
        }
    }

    private static func read(_ file: String) throws -> JSON {
        let bytes = try WholeFile.read(file)
        do throws(JSONSyntaxError) {
            return try JSON(parsing: bytes, limits: .init(depth: 200, allowsRepeatedKeys: true))
        } catch {
            throw fault("\(file): \(error)")
        }
    }

    private static func fault(_ message: String) -> GeneralFault {
        GeneralFault(.invalid, code: "jsonata-input", message)
    }
}
