public import Core

/// An error as JSON-RPC 2.0 tells it.
public struct RPCError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The sort of error.
    public var code: Int
    /// One sentence.
    public var message: String
    /// More about it; nil for nothing.
    public var data: JSON?

    /// An error.
    public init(code: Int, message: String, data: JSON? = nil) {
        self.code = code
        self.message = message
        self.data = data
    }

    /// The message.
    public var description: String { message }

    /// `{"code","message","data"}`.
    public var json: JSON {
        var object: JSONObject = ["code": .int(code), "message": .string(message)]
        if let data { object["data"] = data }
        return .object(object)
    }
}

extension RPCError {
    /// The codes that JSON-RPC and the protocol define.
    public enum Code {
        /// The text is not JSON.
        public static let parse = -32_700
        /// It is JSON, but no request.
        public static let invalidRequest = -32_600
        /// There is no such method.
        public static let methodNotFound = -32_601
        /// The parameters are not what the method takes.
        public static let invalidParams = -32_602
        /// The server failed.
        public static let `internal` = -32_603
        /// There is no such resource, until 2025-11-25.
        public static let resourceNotFound = -32_002
        /// The user must visit an address first, 2025-11-25 alone.
        public static let elicitationRequired = -32_042
        /// Header fields and body disagree, since 2026-07-28.
        public static let headerMismatch = -32_020
        /// The request needs what the client cannot do, since 2026-07-28.
        public static let missingCapability = -32_021
        /// The revision is unknown here, since 2026-07-28.
        public static let unsupportedVersion = -32_022
    }

    /// The text is not JSON.
    public static func parse(_ message: String, data: JSON? = nil) -> RPCError {
        RPCError(code: Code.parse, message: message, data: data)
    }

    /// It is JSON, but no message.
    public static func invalidRequest(_ message: String, data: JSON? = nil) -> RPCError {
        RPCError(code: Code.invalidRequest, message: message, data: data)
    }

    /// There is no such method.
    public static func methodNotFound(_ method: String) -> RPCError {
        RPCError(
            code: Code.methodNotFound,
            message: "there is no method \"\(method.prefix(100))\"",
            data: ["method": .string(String(method.prefix(100)))]
        )
    }

    /// The parameters are not what the method takes; `pointer` leads from the message's root to what
    /// is wrong.
    public static func invalidParams(
        _ message: String,
        pointer: String? = nil,
        data: JSONObject = JSONObject()
    ) -> RPCError {
        var data = data
        if let pointer { data["pointer"] = .string(pointer) }
        return RPCError(
            code: Code.invalidParams,
            message: message,
            data: data.isEmpty ? nil : .object(data)
        )
    }

    /// The server failed; what happened is in its log.
    public static let failed = RPCError(code: Code.internal, message: "internal error")

    /// The revision is unknown here.
    public static func unsupportedVersion(_ requested: String, supported: [String]) -> RPCError {
        RPCError(
            code: Code.unsupportedVersion,
            message: "protocol version \"\(requested.prefix(40))\" is not supported",
            data: [
                "requested": .string(String(requested.prefix(40))),
                "supported": .array(supported.map { .string($0) }),
            ]
        )
    }

    /// The request needs what the client did not say it can do.
    public static func missingCapability(_ required: JSON, _ message: String) -> RPCError {
        RPCError(
            code: Code.missingCapability,
            message: message,
            data: ["requiredCapabilities": required]
        )
    }

    /// Header fields and body disagree.
    public static func headerMismatch(_ message: String) -> RPCError {
        RPCError(code: Code.headerMismatch, message: message)
    }

    /// Reads `json`; nil when it is no error.
    public init?(json: JSON) {
        guard let code = json["code"]?.int, let message = json["message"]?.string else {
            return nil
        }
        self.init(code: code, message: message, data: json["data"])
    }
}
