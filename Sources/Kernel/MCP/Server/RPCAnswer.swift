import Core

/// A result as text, or an error.
enum RPCAnswer: Sendable {
    case result(JSONText)
    case failure(RPCError)

    func bytes(_ id: RPCID) -> [UInt8] {
        switch self {
        case .result(let result): MessageWriter.result(id, result)
        case .failure(let error): MessageWriter.bytes(.failure(id: id, error))
        }
    }
}
