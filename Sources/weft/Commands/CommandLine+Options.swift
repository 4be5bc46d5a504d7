import Core
import Glibc

/// A command's words: options with values, flags, and the rest in order.
struct CommandOptions {
    private(set) var values: [String: String] = [:]
    private(set) var flags: Set<String> = []
    private(set) var words: [String] = []

    /// Splits `arguments`; `valued` and `flags` are the options that the command knows.
    init(
        _ arguments: some Sequence<String>,
        valued: Set<String> = [],
        flags known: Set<String> = []
    ) throws(UsageError) {
        var rest = Array(arguments)[...]
        while let argument = rest.popFirst() {
            if valued.contains(argument) {
                guard let value = rest.popFirst() else {
                    throw UsageError("\(argument) needs a value")
                }
                values[argument] = value
            } else if known.contains(argument) {
                flags.insert(argument)
            } else if argument.hasPrefix("--") {
                let near = nearest(to: argument, among: valued.union(known))
                throw UsageError(
                    "unknown option \(argument)" + (near.map { "; did you mean \($0)?" } ?? "")
                )
            } else {
                words.append(argument)
            }
        }
    }
}

extension CommandOptions {
    /// Refuses words where the command takes options only.
    func expectNoWords() throws(UsageError) {
        if let word = words.first { throw UsageError("unexpected \"\(word)\"") }
    }

    /// The one word that the command takes.
    func onlyWord(_ expected: String) throws(UsageError) -> String {
        guard let word = words.first else { throw UsageError("\(expected) is needed") }
        guard words.count == 1 else { throw UsageError("unexpected \"\(words[1])\"") }
        return word
    }

    /// The value of an option that must be given.
    func required(_ option: String) throws(UsageError) -> String {
        guard let value = values[option] else { throw UsageError("\(option) is needed") }
        return value
    }
}

/// The command was called wrongly: exit code 2.
struct UsageError: Error {
    let message: String

    init(_ message: String) {
        self.message = message
    }
}

/// Runs a command and turns what it throws into a message and an exit code: 0 done, 1 refused,
/// 2 usage.
func exitCode(of command: () async throws -> Void, usage: String) async -> Int32 {
    do {
        try await command()
        return 0
    } catch let error as UsageError {
        complain("\(error.message)\n\(usage)")
        return 2
    } catch let fault as any Fault {
        complain(fault.message + (fault.pointer.map { " (at \($0))" } ?? ""))
        if let errors = fault.details["errors"]?.array {
            for error in errors.prefix(50) {
                complain("  " + readable(error))
            }
            if errors.count > 50 { complain("  and \(errors.count - 50) more") }
        }
        return 1
    } catch let failure as ServiceFailure {
        let fault = failure.underlying as? any Fault
        complain("\(failure.service): \(fault?.message ?? failure.description)")
        return 1
    } catch {
        complain(String(describing: error))
        return 1
    }
}

/// An error in a row of a file as a line for people; anything else as it is.
private func readable(_ error: JSON) -> String {
    guard let row = error["row"]?.int, let message = error["message"]?.string else {
        return error.text()
    }
    let field = error["field"]?.string ?? ""
    return "row \(row)" + (field.isEmpty ? "" : ", \(field)") + ": \(message)"
}

/// Writes a line for people to standard error.
func complain(_ message: String) {
    emit("weft: \(message)\n", to: STDERR_FILENO)
}

/// Writes a line to standard output.
func say(_ line: String) {
    emit(line + "\n", to: STDOUT_FILENO)
}

/// Writes all of a text; whoever reads it may have gone.
func emit(_ text: String, to file: Int32) {
    var rest = Array(text.utf8)[...]
    while !rest.isEmpty {
        let count = rest.withUnsafeBytes { write(file, $0.baseAddress, $0.count) }
        if count < 0, errno == EINTR { continue }
        guard count > 0 else { return }
        rest = rest.dropFirst(count)
    }
}
