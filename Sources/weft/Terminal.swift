import Core
import Glibc
import Identity
import Platform

/// Asks the person at the terminal.
enum Terminal {
    /// Whether somebody can be asked.
    static var isThere: Bool { isatty(STDIN_FILENO) == 1 && isatty(STDERR_FILENO) == 1 }

    /// The value of an option, else the answer to `question`.
    static func value(
        of option: String,
        in options: CommandOptions,
        asking question: String
    ) throws -> String {
        if let value = options.values[option] { return value }
        guard isThere else { throw UsageError("\(option) is needed") }
        prompt(question)
        return readLine() ?? ""
    }

    /// Asks for a secret; nothing that is typed is shown.
    ///
    /// - Throws: a fault of code `cancelled` for Ctrl-C and Ctrl-D.
    static func secret(_ question: String) throws(GeneralFault) -> String {
        var before = termios()
        guard tcgetattr(STDIN_FILENO, &before) == 0 else {
            throw GeneralFault(.unavailable, code: "terminal", "the terminal cannot be set")
        }
        var quiet = before
        // Signals off: Ctrl-C comes as a character, so that the echo is always put back.
        quiet.c_lflag &= ~tcflag_t(ECHO | ICANON | ISIG)
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &quiet)
        defer {
            tcsetattr(STDIN_FILENO, TCSAFLUSH, &before)
            prompt("\n")
        }
        prompt(question)
        var typed: [UInt8] = []
        while true {
            var byte: UInt8 = 0
            let count = read(STDIN_FILENO, &byte, 1)
            if count < 0, errno == EINTR { continue }
            switch byte {
            case _ where count <= 0, 3, 4:
                throw GeneralFault(.invalid, code: "cancelled", "cancelled; nothing was made")
            case 10, 13: return String(decoding: typed, as: UTF8.self)
            case 8, 127:
                // A character of UTF-8 goes whole.
                while let last = typed.popLast(), last & 0xC0 == 0x80 {}
            case 21: typed = []
            default: typed.append(byte)
            }
        }
    }

    private static func prompt(_ text: String) {
        let bytes = Array(text.utf8)
        _ = write(STDERR_FILENO, bytes, bytes.count)
    }
}

/// A password for a new account: from a file, from the terminal, or made up.
struct NewPassword {
    let secret: Secret
    /// Whether it must be shown, since nobody knows it.
    let isGenerated: Bool

    init(_ options: CommandOptions, for email: EmailAddress) throws {
        if let path = options.values["--password-file"] {
            let bytes = try WholeFile.read(path, limit: 4_096)
            let line = bytes.prefix { $0 != 0x0A && $0 != 0x0D }
            guard let text = String(validating: line, as: UTF8.self) else {
                throw GeneralFault(.malformed, code: "not-utf8", "\(path) is not UTF-8 text")
            }
            secret = Secret(text)
            isGenerated = false
        } else if Terminal.isThere {
            let first = try Terminal.secret("Password for \(email): ")
            guard try Terminal.secret("Once more: ") == first else {
                throw GeneralFault(
                    .invalid,
                    code: "password-differs",
                    "the two passwords are not the same; nothing was made"
                )
            }
            secret = Secret(first)
            isGenerated = false
        } else {
            // 20 of 32 letters and digits that are not mistaken for each other: 100 bits.
            let letters = Array("abcdefghijkmnpqrstuvwxyz23456789")
            let random = SystemRandom()
            secret = Secret(String((0..<20).map { _ in letters[Int(random.next() % 32)] }))
            isGenerated = true
        }
        try PasswordRules.check(secret, for: email)
    }
}
