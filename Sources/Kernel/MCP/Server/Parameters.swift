import Core

/// A request's parameters, read with errors that say where.
struct Parameters {
    let object: JSONObject

    init(_ params: JSONObject?) { object = params ?? JSONObject() }

    func string(_ key: String, longest: Int) throws(RPCError) -> String {
        guard let text = try optional(key, longest: longest) else {
            throw .invalidParams("\"\(key)\" is required", pointer: "/params/\(key)")
        }
        return text
    }

    func optional(_ key: String, longest: Int) throws(RPCError) -> String? {
        guard let value = object[key] else { return nil }
        guard let text = value.string, text.utf8.count <= longest else {
            throw .invalidParams(
                "\"\(key)\" must be a string of at most \(longest) bytes",
                pointer: "/params/\(key)"
            )
        }
        return text
    }

    func object(_ key: String) throws(RPCError) -> JSONObject? {
        guard let value = object[key] else { return nil }
        guard let found = value.object else {
            throw .invalidParams(
                "\"\(key)\" must be an object, not \(value.kind)",
                pointer: "/params/\(key)"
            )
        }
        return found
    }

    /// Texts by name.
    func texts(_ key: String, in object: JSONObject?, at pointer: String) throws(RPCError)
        -> [String: String]
    {
        var texts: [String: String] = [:]
        for member in object ?? JSONObject() {
            guard let text = member.value.string, text.utf8.count <= 65_536 else {
                throw .invalidParams(
                    "\"\(member.key.prefix(60))\" must be a string of at most 65536 bytes",
                    pointer: pointer + "/" + JSON.pointerToken(member.key)
                )
            }
            texts[member.key] = text
        }
        return texts
    }
}
