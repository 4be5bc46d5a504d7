import Core
import Synchronization

/// Hears what a server says unasked, and answers what it asks.
final class ClientInbox: Sendable {
    private let elicitation: ElicitationPolicy
    private let changed = Atomic(false)

    init(_ elicitation: ElicitationPolicy) {
        self.elicitation = elicitation
    }

    var toolsHaveChanged: Bool { changed.load(ordering: .relaxed) }

    func forget() { changed.store(false, ordering: .relaxed) }

    func hear(_ message: RPCMessage) -> RPCMessage? {
        switch message {
        case .notification(let notification):
            if notification.method == NotificationName.toolsChanged {
                changed.store(true, ordering: .relaxed)
            }
            return nil
        case .request(let request):
            switch request.method {
            case MethodName.ping: return .result(id: request.id, [:])
            case MethodName.elicit:
                let params = JSON.object(request.params ?? JSONObject())
                return .result(id: request.id, elicitation.result(params))
            default:
                // Neither sampling nor roots were offered.
                return .failure(id: request.id, .methodNotFound(request.method))
            }
        case .result, .failure: return nil
        }
    }

    /// The answers to what a result of 2026-07-28 asks for.
    func responses(to requests: JSONObject) throws(OutsideFault) -> JSONObject {
        var responses = JSONObject()
        guard requests.count <= 20 else {
            throw OutsideFault(.inputNeeded, "the server asks more than 20 things at once")
        }
        for request in requests {
            guard request.value["method"]?.string == MethodName.elicit else {
                throw OutsideFault(
                    .inputNeeded,
                    "the server asks for "
                        + OutsideText.line(request.value["method"]?.string ?? "something", 60)
                        + ", which was not offered to it"
                )
            }
            responses[request.key] = elicitation.result(request.value["params"] ?? [:])
        }
        return responses
    }
}
