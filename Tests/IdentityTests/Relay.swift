import Core
import Synchronization

/// Passes requests on to whoever is put behind it later.
final class Relay: WebClient {
    let target = Mutex<(any WebClient)?>(nil)

    func send(_ request: WebRequest) async throws(WebFault) -> WebAnswer {
        guard let target = target.withLock({ $0 }) else {
            throw WebFault(.unreachable, "nobody is there")
        }
        return try await target.send(request)
    }
}
