/// Chooses among a client's offers of permessage-deflate (RFC 7692 section 7).
struct DeflateAgreement: Equatable, Sendable {
    /// The window that messages to the client may use, 9 to 15.
    var windowBits: Int32 = 15
    /// Whether the client set that.
    var isLimited = false

    /// The first offer that can be met; nil when there is none.
    init?(offers: [String]) {
        for offer in offers.flatMap({ $0.split(separator: ",") }) {
            let parts = offer.split(separator: ";", omittingEmptySubsequences: false).map(
                Self.trimmed
            )
            guard parts.first?.lowercased() == "permessage-deflate",
                let found = Self.read(parts.dropFirst())
            else { continue }
            self = found
            return
        }
        return nil
    }

    private init() {}

    /// The `Sec-WebSocket-Extensions` that tells the choice.
    ///
    /// Neither side keeps a window between messages: that costs some size, and saves each idle
    /// connection tens of KiB.
    var field: String {
        "permessage-deflate; server_no_context_takeover; client_no_context_takeover"
            + (isLimited ? "; server_max_window_bits=\(windowBits)" : "")
    }

    private static func read(_ parameters: ArraySlice<String>) -> DeflateAgreement? {
        var agreement = DeflateAgreement()
        var seen: Set<String> = []
        for parameter in parameters {
            let pair = parameter.split(separator: "=", maxSplits: 1).map(trimmed)
            guard let name = pair.first?.lowercased(), seen.insert(name).inserted else {
                return nil
            }
            let value = pair.count == 2 ? unquoted(pair[1]) : nil
            switch name {
            case "server_no_context_takeover", "client_no_context_takeover":
                guard pair.count == 1 else { return nil }
            case "client_max_window_bits":
                if pair.count == 2, bits(value) == nil { return nil }
            case "server_max_window_bits":
                // zlib cannot make a raw stream with a window of 2^8.
                guard let bits = bits(value), bits >= 9 else { return nil }
                agreement.windowBits = bits
                agreement.isLimited = true
            default: return nil
            }
        }
        return agreement
    }

    private static func bits(_ text: String?) -> Int32? {
        guard let text, text.utf8.count <= 2, text.utf8.first != UInt8(ascii: "0"),
            let bits = Int32(text), (8...15).contains(bits)
        else { return nil }
        return bits
    }

    private static func unquoted(_ text: String) -> String {
        guard text.utf8.count >= 2, text.hasPrefix("\""), text.hasSuffix("\"") else { return text }
        return String(text.dropFirst().dropLast())
    }

    private static func trimmed(_ text: Substring) -> String {
        String(decoding: Headers.trimmed(Array(text.utf8)[...]), as: UTF8.self)
    }
}
