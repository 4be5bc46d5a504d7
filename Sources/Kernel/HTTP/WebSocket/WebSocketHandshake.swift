import COpenSSL
import Core

/// The agreement to go on as a WebSocket, carried by the response that a handler gives.
struct WebSocketUpgrade: Sendable {
    var accept: String
    var subprotocol: String?
    var deflate: DeflateAgreement?
    var options: WebSocketOptions
    var handler: @Sendable (WebSocket) -> any WebSocketHandler

    /// The head that switches protocols.
    func head(date: [UInt8]) -> [UInt8] {
        var text = "HTTP/1.1 101 Switching Protocols\r\nDate: "
        text += String(decoding: date, as: UTF8.self)
        text +=
            "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: \(accept)\r\n"
        if let subprotocol { text += "Sec-WebSocket-Protocol: \(subprotocol)\r\n" }
        if let deflate { text += "Sec-WebSocket-Extensions: \(deflate.field)\r\n" }
        return Array((text + "\r\n").utf8)
    }
}

extension Response {
    /// Goes on as a WebSocket (RFC 6455 section 4.2).
    ///
    /// - Parameters:
    ///   - request: the client's GET.
    ///   - options: limits, subprotocols, origins.
    ///   - handler: makes what hears the socket, on the socket's loop.
    /// - Returns: the response, to be answered as it is.
    /// - Throws: 426 when the client asks for none or for another version, 403 for a page of a foreign
    ///   origin, 400 for a malformed handshake.
    public static func webSocket(
        for request: Request,
        options: WebSocketOptions = WebSocketOptions(),
        handler: @escaping @Sendable (WebSocket) -> any WebSocketHandler
    ) throws(HTTPFault) -> Response {
        let headers = request.headers
        guard headers.list("upgrade", contains: "websocket"),
            headers.list("connection", contains: "upgrade")
        else { throw upgradeRequired("this is spoken over WebSocket") }
        guard headers.all("sec-websocket-version") == ["13"] else {
            throw upgradeRequired("the only version is 13")
        }
        guard request.method == .get, request.body.isEmpty else {
            throw malformed("a handshake is a GET without a body")
        }
        let keys = headers.all("sec-websocket-key")
        guard keys.count == 1, let key = keys.first, isKey(key) else {
            throw malformed("Sec-WebSocket-Key must be 16 bytes in Base64, once")
        }
        try checkOrigin(headers, options.origins)
        var response = Response(status: .switchingProtocols)
        let offered = headers.all("sec-websocket-protocol").flatMap { field in
            field.split(separator: ",").map { String($0.filter { $0 != " " && $0 != "\t" }) }
        }
        response.upgrade = WebSocketUpgrade(
            accept: accept(key),
            subprotocol: offered.first(where: options.subprotocols.contains),
            deflate: options.compresses
                ? DeflateAgreement(offers: headers.all("sec-websocket-extensions")) : nil,
            options: options,
            handler: handler
        )
        return response
    }

    /// A page's origin must be the server's own or a known one: a browser sends it always, and lets no
    /// page choose it.
    private static func checkOrigin(_ headers: Headers, _ allowed: [String]) throws(HTTPFault) {
        let origins = headers.all("origin")
        guard let origin = origins.first else { return }
        let host = headers["host"]?.lowercased() ?? ""
        let text = origin.lowercased()
        let isOwn = text == "http://\(host)" || text == "https://\(host)"
        guard origins.count == 1, isOwn || allowed.contains("*") || allowed.contains(text) else {
            throw HTTPFault(
                .forbidden,
                code: "origin-refused",
                "pages of \(origin.prefix(200)) may not connect; server.url names the server's own "
                    + "address where a proxy changes it"
            )
        }
    }

    /// Twenty-four characters of Base64 that hold sixteen bytes.
    private static func isKey(_ key: String) -> Bool {
        let bytes = Array(key.utf8)
        guard bytes.count == 24, bytes.suffix(2) == [0x3D, 0x3D] else { return false }
        return bytes.dropLast(2).allSatisfy { byte in
            Byte.isDigit(byte) || (0x61...0x7A).contains(Byte.lowercased(byte))
                || byte == UInt8(ascii: "+") || byte == UInt8(ascii: "/")
        }
    }

    /// `Sec-WebSocket-Accept`: proof that the server speaks WebSocket.
    static func accept(_ key: String) -> String {
        let text = Array((key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").utf8)
        var digest = [UInt8](repeating: 0, count: 20)
        EVP_Digest(text, text.count, &digest, nil, EVP_sha1(), nil)
        var encoded = [UInt8](repeating: 0, count: 32)
        let count = EVP_EncodeBlock(&encoded, digest, Int32(digest.count))
        return String(decoding: encoded.prefix(Int(count)), as: UTF8.self)
    }

    private static func upgradeRequired(_ message: String) -> HTTPFault {
        HTTPFault(
            .upgradeRequired,
            code: "upgrade-required",
            message,
            headers: [
                "Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Version": "13",
            ]
        )
    }

    private static func malformed(_ message: String) -> HTTPFault {
        HTTPFault(.badRequest, code: "bad-handshake", message)
    }
}
