import Core
import Glibc

extension Doctor {
    /// Whether the mail server takes connections; nil when none is configured.
    func mail() -> Finding? {
        guard let host = configuration.text("mail.host") else {
            return Finding(.ok, "no mail server is configured: messages stay in the inbox")
        }
        let port = configuration.integer("mail.port")
        let name = "the mail server \(host):\(port)"
        guard let why = Self.failure(connectingTo: host, port: port, milliseconds: 3_000) else {
            return Finding(.ok, "\(name) takes connections")
        }
        return Finding(
            .problem,
            "\(name) cannot be reached: \(why)",
            advice: "check mail.host, mail.port and the firewall"
        )
    }

    /// Why no address of the host takes a connection; nil when one does.
    private static func failure(
        connectingTo host: String,
        port: Int,
        milliseconds: Int32
    ) -> String? {
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var list: UnsafeMutablePointer<addrinfo>?
        let result = getaddrinfo(host, String(port), &hints, &list)
        guard result == 0 else { return String(cString: gai_strerror(result)) }
        defer { freeaddrinfo(list) }
        var why = "it has no address"
        var next = list
        while let address = next?.pointee {
            guard let failure = failure(connectingTo: address, milliseconds) else { return nil }
            why = failure
            next = address.ai_next
        }
        return why
    }

    private static func failure(connectingTo address: addrinfo, _ milliseconds: Int32) -> String? {
        let kind = address.ai_socktype | Int32(SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
        let socket = Glibc.socket(address.ai_family, kind, address.ai_protocol)
        guard socket >= 0 else { return String(cString: strerror(errno)) }
        defer { close(socket) }
        if connect(socket, address.ai_addr, address.ai_addrlen) == 0 { return nil }
        guard errno == EINPROGRESS else { return String(cString: strerror(errno)) }
        var waiting = pollfd(fd: socket, events: Int16(POLLOUT), revents: 0)
        guard poll(&waiting, 1, milliseconds) == 1 else {
            return "no answer within \(milliseconds / 1_000) s"
        }
        var code: Int32 = 0
        var size = socklen_t(MemoryLayout<Int32>.size)
        getsockopt(socket, SOL_SOCKET, SO_ERROR, &code, &size)
        return code == 0 ? nil : String(cString: strerror(code))
    }
}
