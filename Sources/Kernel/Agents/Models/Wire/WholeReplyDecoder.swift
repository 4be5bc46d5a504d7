import Core

/// Reads an answer that comes as one JSON document.
struct WholeReplyDecoder: ReplyDecoder {
    /// The longest document that is read.
    static let limit = 16 << 20

    private let read: @Sendable (JSON) throws(ModelFault) -> ModelReply
    private var bytes: [UInt8] = []
    private(set) var usage = ModelUsage()
    /// A document that is whole is counted by what it says: an error costs nothing.
    private(set) var written = 0

    init(_ read: @escaping @Sendable (JSON) throws(ModelFault) -> ModelReply) {
        self.read = read
    }

    mutating func take(_ more: [UInt8]) throws(ModelFault) -> [ModelPiece] {
        guard bytes.count + more.count <= Self.limit else {
            throw .malformed("the answer is longer than \(Self.limit) bytes")
        }
        bytes += more
        written = bytes.count
        return []
    }

    mutating func finish() throws(ModelFault) -> ModelReply {
        let document = try JSON.ofProvider(bytes)
        written = 0
        let reply = try read(document)
        usage = reply.usage
        return reply
    }
}

extension JSON {
    /// Reads what a provider sent.
    ///
    /// - Throws: `malformed`.
    static func ofProvider(_ bytes: some Collection<UInt8>) throws(ModelFault) -> JSON {
        do throws(JSONSyntaxError) {
            return try JSON(parsing: bytes, limits: .init(depth: 128, allowsRepeatedKeys: true))
        } catch {
            throw .malformed("what came back is no JSON: \(error)")
        }
    }

    /// Reads what may be JSON; nil when it is not.
    static func ifAny(_ bytes: [UInt8]) -> JSON? {
        do throws(ModelFault) {
            return try ofProvider(bytes)
        } catch {
            return nil
        }
    }

    /// A count of tokens that a provider sent: what is no count, or no sensible one, is brought into bounds.
    var tokens: Int? {
        guard let count = double else { return nil }
        return count.isNaN ? 0 : Int(min(max(count, 0), 1e9))
    }
}
