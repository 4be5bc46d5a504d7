import Core

/// The place in a list where the next page begins, opaque to clients.
///
/// It holds the order of the list and the last row's values in it, with a check sum; one that was
/// changed, or belongs to another order or filter, is refused.
struct PageCursor: Equatable {
    /// What the list was sorted and filtered by.
    var list: String
    /// The last row's values of the sorted columns.
    var values: [JSON]

    /// The text that clients see.
    var text: String {
        let body = JSON.array([.string(String(fnv1a64(list.utf8), radix: 36))] + values).bytes()
        return Base64.encodeForURL(Self.sum(body) + body)
    }

    /// Reads a cursor of `list`.
    ///
    /// - Throws: a fault of kind malformed and code `invalid-cursor` with the reader's pointer.
    static func values(reading reader: JSONReader, of list: String) throws(GeneralFault) -> [JSON] {
        guard let text = reader.value.string, let values = values(in: text, of: list) else {
            throw GeneralFault(
                .malformed,
                code: "invalid-cursor",
                "this is no cursor that this list gave with the same filters and sort; "
                    + "begin without one",
                pointer: reader.pointer
            )
        }
        return values
    }

    private static func values(in text: String, of list: String) -> [JSON]? {
        guard text.utf8.count <= 2_000, let bytes = Base64.decodeForURL(text), bytes.count > 4
        else { return nil }
        let body = Array(bytes[4...])
        guard sum(body) == Array(bytes[..<4]) else { return nil }
        let json: JSON
        do {
            json = try JSON(parsing: body)
        } catch {
            return nil
        }
        guard let values = json.array,
            values.first == .string(String(fnv1a64(list.utf8), radix: 36))
        else { return nil }
        return Array(values.dropFirst())
    }

    /// It guards against mistakes, not against forgery: a cursor opens nothing that its holder could
    /// not list anyway.
    private static func sum(_ body: [UInt8]) -> [UInt8] {
        let hash = fnv1a64("weft cursor".utf8) ^ fnv1a64(body)
        let mixed = hash &* 0x9E37_79B9_7F4A_7C15
        return (0..<4).map { UInt8(truncatingIfNeeded: mixed >> (32 + 8 * UInt64($0))) }
    }
}
