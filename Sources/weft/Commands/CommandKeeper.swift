import Core
import Glibc
import MCP
import Synchronization
import Vault

/// Keeps a command's tokens, in a file when one is named, and sends the person to a browser.
final class CommandKeeper: AuthorisationKeeper {
    let canVisit: Bool
    private let page: CallbackPage
    private let browser: String?
    private let file: String?
    private let known: Mutex<AuthorisationMemory>

    init(
        page: CallbackPage,
        isSignInWanted: Bool,
        browser: String?,
        file: String?
    ) throws {
        self.page = page
        self.browser = browser
        self.file = file
        canVisit = isSignInWanted
        known = Mutex(try Self.read(file) ?? AuthorisationMemory())
    }

    private static func read(_ file: String?) throws -> AuthorisationMemory? {
        guard let file, let bytes = try PrivateFile.read(file) else { return nil }
        return AuthorisationMemory(json: try JSON(parsing: bytes))
    }

    /// Read anew each time: another command may have refreshed the tokens in the same file.
    func record() async throws(OutsideFault) -> AuthorisationRecord {
        do {
            if let memory = try Self.read(file) { known.withLock { $0 = memory } }
        } catch {
            throw OutsideFault(.unreachable, "the tokens cannot be read from \(file ?? "")")
        }
        return AuthorisationRecord(memory: known.withLock { $0 }, beginning: "")
    }

    func keep(
        _ memory: AuthorisationMemory,
        over record: AuthorisationRecord,
        isPersonal: Bool
    ) async throws(OutsideFault) -> AuthorisationRecord? {
        guard memory != record.memory else { return record }
        let now = try await self.record().memory
        let merged = now.taking(memory, over: record.memory, isPersonal: isPersonal)
        known.withLock { $0 = merged }
        if let file, merged != now {
            do throws(VaultError) {
                try PrivateFile.replace(merged.json.bytes(), at: file)
            } catch {
                throw OutsideFault(.unreachable, "the tokens cannot be written to \(file)")
            }
        }
        return AuthorisationRecord(memory: merged, beginning: "")
    }

    func visit(_ visit: AuthorisationVisit) async throws(OutsideFault) -> AuthorisationReturn {
        do {
            if let browser {
                try open(visit.location, with: browser)
            } else {
                complain("open this address to authorise Weft:\n\(visit.location)")
            }
            return try await page.visit()
        } catch let fault as any Fault {
            throw OutsideFault(AuthorisationFault(.refused, fault.message))
        } catch {
            throw OutsideFault(AuthorisationFault(.refused, "nobody came back from the browser"))
        }
    }

    /// Starts the browser; the address goes in as a word, never through a shell.
    private func open(_ location: String, with command: String) throws {
        var words = command.split(separator: " ").map { strdup(String($0)) }
        words += [strdup(location), nil]
        defer { for word in words { free(word) } }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_adddup2(&actions, 2, 1)
        var pid: pid_t = 0
        guard let first = words.first, let name = first,
            posix_spawnp(&pid, name, &actions, nil, &words, environ) == 0
        else {
            throw GeneralFault(.unavailable, code: "no-browser", "\"\(command)\" cannot be started")
        }
    }
}
