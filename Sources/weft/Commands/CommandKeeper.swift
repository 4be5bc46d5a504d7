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
        var memory = AuthorisationMemory()
        if let file, let bytes = try PrivateFile.read(file) {
            memory = AuthorisationMemory(json: try JSON(parsing: bytes))
        }
        known = Mutex(memory)
    }

    func memory() async throws(OutsideFault) -> AuthorisationMemory { known.withLock { $0 } }

    func keep(_ memory: AuthorisationMemory) async throws(OutsideFault) {
        let isNew = known.withLock { known in
            defer { known = memory }
            return known != memory
        }
        guard let file, isNew else { return }
        do throws(VaultError) {
            try PrivateFile.replace(memory.json.bytes(), at: file)
        } catch {
            throw OutsideFault(.unreachable, "the tokens cannot be written to \(file)")
        }
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
