import Core
import Platform
import Workflows

/// `weft workflow run`, `weft workflow lint` and `weft workflow replay`.
enum WorkflowCommand {
    static let usage = """
        usage: weft workflow run DEF [--input IN] [--mocks M] [--virtual-time] [--objects DIR]
               weft workflow lint DEF
               weft workflow replay DEF HISTORY [--objects DIR]
          --input IN      the input, a JSON file (default {})
          --mocks M       the answers of tasks, {"State":[{"return":…}|{"throw":{"error","cause"}},…]}
          --virtual-time  waits, timeouts and retries take no time
          --objects DIR   what the ItemReader of a distributed Map reads: DIR/BUCKET/KEY
        """

    /// Runs the command and returns its exit code: 0 done, 1 refused, 2 usage.
    static func run(_ arguments: [String]) async -> Int32 {
        do throws(CommandFailure) {
            switch arguments.first {
            case "run": try await runDefinition(Options(arguments.dropFirst()))
            case "lint": return try lint(Options(arguments.dropFirst()))
            case "replay": try replay(Options(arguments.dropFirst(), words: 2))
            case "--help", "-h": say(usage)
            default: throw CommandFailure(exitCode: 2, message: usage)
            }
            return 0
        } catch {
            complain(error.message)
            return error.exitCode
        }
    }

    struct CommandFailure: Error {
        var exitCode: Int32 = 1
        var message: String
    }

    struct Options {
        var definition = ""
        /// The second word, of commands that take two.
        var history = ""
        var input: String?
        var mocks: String?
        var objects: String?
        var virtualTime = false

        init(_ arguments: some Sequence<String>, words: Int = 1) throws(CommandFailure) {
            var found: [String] = []
            var rest = Array(arguments)[...]
            while let argument = rest.popFirst() {
                switch argument {
                case "--virtual-time": virtualTime = true
                case "--input", "--mocks", "--objects":
                    guard let value = rest.popFirst() else {
                        throw CommandFailure(exitCode: 2, message: "\(argument) needs a file")
                    }
                    switch argument {
                    case "--input": input = value
                    case "--mocks": mocks = value
                    default: objects = value
                    }
                default:
                    guard found.count < words, !argument.hasPrefix("--") else {
                        let message = "unexpected \"\(argument)\"\n\(usage)"
                        throw CommandFailure(exitCode: 2, message: message)
                    }
                    found.append(argument)
                }
            }
            guard found.count == words else { throw CommandFailure(exitCode: 2, message: usage) }
            definition = found[0]
            history = found.count > 1 ? found[1] : ""
        }
    }

    private static func lint(_ options: Options) throws(CommandFailure) -> Int32 {
        let problems: [DefinitionProblem]
        do throws(CommandFailure) {
            problems = Definition.problems(in: try readJSON(options.definition))
        } catch {
            problems = [DefinitionProblem(pointer: "", message: error.message)]
        }
        let result: JSON = ["problems": .array(problems.map(\.json))]
        say(result.text(.pretty))
        return problems.isEmpty ? 0 : 1
    }

    /// What a recorded execution would do under a definition.
    private static func replay(_ options: Options) throws(CommandFailure) {
        let definition = try definition(in: options.definition)
        let json = try readJSON(options.history)
        guard let entries = (json["history"] ?? json).array, !entries.isEmpty else {
            let message = "\(options.history): must be a history or what `weft workflow run` prints"
            throw CommandFailure(message: message)
        }
        var history: [HistoryEvent] = []
        for (at, entry) in entries.enumerated() {
            do throws(GeneralFault) {
                history.append(try HistoryEvent(entry))
            } catch {
                let place = "\(options.history)#/\(at)\(error.pointer ?? "")"
                throw CommandFailure(message: "\(place): \(error.message)")
            }
        }
        let replay = Replay(
            of: history,
            with: definition,
            identity: identity(options.definition),
            random: SystemRandom(),
            objects: options.objects.map(reader)
        )
        let result: JSON = [
            "status": .string(replay.execution.status.rawValue),
            "same": .bool(replay.differences.isEmpty && replay.unanswered.isEmpty),
            "unanswered": .array(replay.unanswered.map { .string($0) }),
            "differences": .array(replay.differences.map(\.json)),
        ]
        say(result.text(.pretty))
    }

    private static func runDefinition(_ options: Options) async throws(CommandFailure) {
        let input = try options.input.map { file throws(CommandFailure) in try readJSON(file) }
        var rehearsal = try rehearsal(
            of: options.definition,
            mocks: options.mocks,
            objects: options.objects
        )
        let clock = SystemClock()
        do throws(RehearsalFault) {
            if options.virtualTime {
                try rehearsal.run(input: input ?? .object(JSONObject()), at: clock.now())
            } else {
                try rehearsal.start(input: input ?? .object(JSONObject()), at: clock.now())
                while rehearsal.execution.status == .running {
                    if let moment = rehearsal.nextMoment {
                        do { try await clock.sleep(until: moment) } catch {
                            throw RehearsalFault(message: "cancelled")
                        }
                    }
                    try rehearsal.proceed(at: clock.now())
                }
            }
        } catch {
            throw CommandFailure(message: error.message)
        }
        say(rehearsal.result.text(.pretty))
    }

    /// A rehearsal of the definition in a file, with the mocks in another.
    static func rehearsal(
        of file: String,
        mocks mocksFile: String?,
        objects: String? = nil
    ) throws(CommandFailure) -> Rehearsal {
        let definition = try definition(in: file)
        var mocks = Mocks()
        if let mocksFile {
            let json = try readJSON(mocksFile)
            do throws(GeneralFault) {
                mocks = try Mocks(json, for: definition)
            } catch {
                let message = "\(mocksFile)#\(error.pointer ?? ""): \(error.message)"
                throw CommandFailure(message: message)
            }
        }
        let execution = Execution(
            of: definition,
            identity: identity(file),
            random: SystemRandom()
        )
        return Rehearsal(of: execution, mocks: mocks, objects: objects.map(reader))
    }

    private static func definition(in file: String) throws(CommandFailure) -> Definition {
        let source = try readJSON(file)
        do throws(DefinitionFault) {
            return try Definition(source)
        } catch {
            let lines = error.problems.map { "\(file)#\($0.pointer): \($0.message)" }
            throw CommandFailure(message: lines.joined(separator: "\n"))
        }
    }

    private static func identity(_ file: String) -> ExecutionIdentity {
        let ids = IDGenerator(clock: SystemClock(), random: SystemRandom())
        let id = ids.next(Execution.self).description
        return ExecutionIdentity(
            id: id,
            name: id,
            workflowID: file,
            workflowName: file,
            role: "cli"
        )
    }

    private static func reader(
        _ folder: String
    ) -> @Sendable (ItemRead) throws(ItemFault) -> ItemPage {
        { read throws(ItemFault) in try page(of: read, in: folder) }
    }

    /// Reads the object that `Bucket` and `Key` name from a folder of buckets.
    private static func page(of read: ItemRead, in folder: String) throws(ItemFault) -> ItemPage {
        let names = [read.parameters["Bucket"]?.string, read.parameters["Key"]?.string]
            .compactMap { $0 }
        // A key may have folders, but none that leads out.
        let parts = names.flatMap { $0.split(separator: "/") }
        guard names.count == 2, !parts.contains("..") else {
            throw ItemFault(message: "The ItemReader needs a Bucket and a Key.")
        }
        let bytes: [UInt8]
        do throws(GeneralFault) {
            bytes = try WholeFile.read("\(folder)/\(names[0])/\(names[1])")
        } catch {
            throw ItemFault(message: error.message)
        }
        return try read.page(of: bytes)
    }

    static func readJSON(_ file: String) throws(CommandFailure) -> JSON {
        let bytes: [UInt8]
        do throws(GeneralFault) {
            bytes = try WholeFile.read(file)
        } catch {
            throw CommandFailure(message: error.message)
        }
        do throws(JSONSyntaxError) {
            return try JSON(parsing: bytes, limits: .init(depth: 200))
        } catch {
            throw CommandFailure(message: "\(file): \(error)")
        }
    }
}
