import Core
import HTTP

/// Holds what header fields say against the message (since 2026-07-28).
enum HeaderChecks {
    /// The revision in the header field must be the one in `_meta`.
    static func revision(_ request: RPCRequest, _ headers: Headers) throws(RPCError) {
        let stated = request.params?["_meta"]?[MetaKey.protocolVersion]?.string
        guard let field = headers[HeaderName.protocolVersion] else {
            throw .headerMismatch("the header field \(HeaderName.protocolVersion) is missing")
        }
        guard field == stated else {
            throw .headerMismatch(
                "\(HeaderName.protocolVersion) is \"\(field.prefix(40))\", but the message's "
                    + "version is \"\(stated?.prefix(40) ?? "")\""
            )
        }
    }

    /// Method and name must be those of the message.
    static func names(_ request: RPCRequest, _ headers: Headers) throws(RPCError) {
        guard let method = headers[HeaderName.method] else {
            throw .headerMismatch("the header field \(HeaderName.method) is missing")
        }
        guard method == request.method else {
            throw .headerMismatch(
                "\(HeaderName.method) is \"\(method.prefix(80))\", but the message's method is "
                    + "\"\(request.method.prefix(80))\""
            )
        }
        let key: String
        switch request.method {
        case MethodName.callTool, MethodName.getPrompt: key = "name"
        case MethodName.readResource: key = "uri"
        default: return
        }
        guard let stated = request.params?[key]?.string else { return }
        guard let field = headers[HeaderName.name] else {
            throw .headerMismatch("the header field \(HeaderName.name) is missing")
        }
        guard let name = decoded(field) else {
            throw .headerMismatch("\(HeaderName.name) is not well encoded")
        }
        guard name == stated else {
            throw .headerMismatch(
                "\(HeaderName.name) is \"\(name.prefix(80))\", but the message has "
                    + "\"\(stated.prefix(80))\""
            )
        }
    }

    /// The header fields that repeat arguments must have the arguments' values.
    static func arguments(
        _ request: RPCRequest,
        of tool: ServedTool,
        _ headers: Headers
    ) throws(RPCError) {
        for argument in tool.mirrored {
            let name = HeaderName.argumentPrefix + argument.name
            guard let value = argument.given(in: request.params?["arguments"]), !value.isNull
            else {
                guard headers[name] == nil else {
                    throw .headerMismatch("\(name) is there, but the message has no such argument")
                }
                continue
            }
            guard let field = headers[name] else {
                throw .headerMismatch("the header field \(name) is missing")
            }
            guard let text = decoded(field) else {
                throw .headerMismatch("\(name) is not well encoded")
            }
            // An argument of another type is refused by the tool's schema.
            switch value {
            case .string(let stated) where text == stated: continue
            case .bool(let flag) where text == (flag ? "true" : "false"): continue
            case .number(let number) where number.int.map({ text == String($0) }) ?? true: continue
            case .number(let number) where Double(text) == number.double: continue
            case .string, .bool, .number:
                throw .headerMismatch("\(name) does not have the argument's value")
            default: continue
            }
        }
    }

    /// A field's value: plain, or `=?base64?…?=`; nil when that holds no Base64 of UTF-8.
    private static func decoded(_ field: String) -> String? {
        guard field.hasPrefix("=?base64?"), field.hasSuffix("?="), field.utf8.count >= 11 else {
            return field.utf8.allSatisfy { (0x20...0x7E).contains($0) || $0 == 0x09 } ? field : nil
        }
        let text = field.dropFirst(9).dropLast(2)
        guard text.utf8.count.isMultiple(of: 4), let bytes = Base64.decode(text) else {
            return nil
        }
        return String(validating: bytes, as: UTF8.self)
    }
}
