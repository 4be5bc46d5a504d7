import Core

/// A request as it is put to a provider.
struct WireCall: Sendable {
    /// The absolute address.
    var url: String
    /// The header fields, credentials included.
    var headers: [(name: String, value: String)]
    /// The body.
    var body: [UInt8]
    /// Signs the request, where the credentials ask for that.
    var sign: (@Sendable (inout WebRequest, Timestamp) throws -> Void)?
}

/// A provider's protocol for conversations: requests into bytes, bytes into answers, no network.
protocol ChatWire: Sendable {
    /// What is sent to ask for a turn.
    func call(_ request: ModelRequest) throws(ModelFault) -> WireCall
    /// Reads an answer of the type that the provider says it is of.
    func decoder(for request: ModelRequest, contentType: String) -> any ReplyDecoder
    /// What an answer that is none means.
    func fault(_ status: Int, _ headers: [(name: String, value: String)], _ body: [UInt8])
        -> ModelFault
}

/// Reads an answer piece by piece, wherever the network cut it.
protocol ReplyDecoder: Sendable {
    /// Takes the next bytes.
    ///
    /// - Returns: what may be told of them.
    /// - Throws: what the provider failed with, or `malformed`.
    mutating func take(_ bytes: [UInt8]) throws(ModelFault) -> [ModelPiece]
    /// The whole answer, once there are no more bytes.
    ///
    /// - Throws: `malformed` when it broke off.
    mutating func finish() throws(ModelFault) -> ModelReply
    /// What the provider has counted until now.
    var usage: ModelUsage { get }
    /// How many bytes of the answer itself have come: words, thoughts, inputs of calls.
    var written: Int { get }
}

/// A provider's protocol for vectors.
protocol EmbeddingWire: Sendable {
    /// How many texts go into one request.
    var batch: Int { get }
    /// What is sent to ask for vectors.
    func call(_ texts: [String]) throws(ModelFault) -> WireCall
    /// The vectors of an answer, in the order of the texts.
    func vectors(_ body: [UInt8], of texts: [String], _ headers: [(name: String, value: String)])
        throws(ModelFault) -> (vectors: [[Float]], usage: ModelUsage)
    /// What an answer that is none means.
    func fault(_ status: Int, _ headers: [(name: String, value: String)], _ body: [UInt8])
        -> ModelFault
}
