import CLinux
import Glibc

/// A listening socket, closed when nobody holds it any more.
final class Listener: Sendable {
    let descriptor: Int32
    let port: Int

    /// Listens on an IPv4 or IPv6 address.
    ///
    /// One socket is shared by all loops rather than one per loop with SO_REUSEPORT: a second server on
    /// the same port is then refused instead of taking half of the connections, and no loop is left
    /// with an accept queue of its own when it is busy or stops.
    init(address: String, port: Int) throws(ListenFault) {
        let place = address.contains(":") ? "[\(address)]:\(port)" : "\(address):\(port)"
        var storage = sockaddr_storage()
        var length: socklen_t = 0
        guard (0...65_535).contains(port),
            Self.fill(&storage, &length, address: address, port: UInt16(port))
        else { throw ListenFault(place, EINVAL) }
        let descriptor = socket(
            Int32(storage.ss_family),
            Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue),
            0
        )
        guard descriptor >= 0 else { throw ListenFault(place, errno) }
        var one: Int32 = 1
        setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &one, 4)
        // Accepted sockets inherit both. The second bounds what the system holds for a client that
        // does not read.
        setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &one, 4)
        var unsent: Int32 = 256 << 10
        setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NOTSENT_LOWAT, &unsent, 4)
        let status = withUnsafePointer(to: &storage) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, length) == 0 && listen(descriptor, 4_096) == 0
            }
        }
        guard status else {
            let number = errno
            close(descriptor)
            throw ListenFault(place, number)
        }
        self.descriptor = descriptor
        self.port = Self.port(of: descriptor)
    }

    deinit { close(descriptor) }

    private static func fill(
        _ storage: inout sockaddr_storage,
        _ length: inout socklen_t,
        address: String,
        port: UInt16
    ) -> Bool {
        withUnsafeMutablePointer(to: &storage) { pointer in
            let v4 = pointer.withMemoryRebound(to: sockaddr_in.self, capacity: 1) { v4 in
                v4.pointee.sin_family = sa_family_t(AF_INET)
                v4.pointee.sin_port = port.bigEndian
                return inet_pton(AF_INET, address, &v4.pointee.sin_addr) == 1
            }
            if v4 {
                length = socklen_t(MemoryLayout<sockaddr_in>.size)
                return true
            }
            length = socklen_t(MemoryLayout<sockaddr_in6>.size)
            return pointer.withMemoryRebound(to: sockaddr_in6.self, capacity: 1) { v6 in
                v6.pointee = sockaddr_in6()
                v6.pointee.sin6_family = sa_family_t(AF_INET6)
                v6.pointee.sin6_port = port.bigEndian
                return inet_pton(AF_INET6, address, &v6.pointee.sin6_addr) == 1
            }
        }
    }

    private static func port(of descriptor: Int32) -> Int {
        var storage = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        return withUnsafeMutablePointer(to: &storage) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                _ = getsockname(descriptor, $0, &length)
            }
            // The port lies at the same place for both families.
            return pointer.withMemoryRebound(to: sockaddr_in.self, capacity: 1) {
                Int(UInt16(bigEndian: $0.pointee.sin_port))
            }
        }
    }

    enum Accepted {
        case connection(Int32, address: String)
        case nothing
        /// The process or machine has run out of descriptors or memory.
        case exhausted
        /// This one connection failed; the next may not.
        case failed
    }

    /// Takes the next connection.
    func accept() -> Accepted {
        var storage = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        return withUnsafeMutablePointer(to: &storage) { pointer in
            let socket = pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                weft_accept4(descriptor, $0, &length)
            }
            guard socket >= 0 else {
                switch errno {
                case EAGAIN: return .nothing
                case EMFILE, ENFILE, ENOBUFS, ENOMEM: return .exhausted
                default: return .failed
                }
            }
            return .connection(socket, address: Self.text(pointer))
        }
    }

    private static func text(_ pointer: UnsafeMutablePointer<sockaddr_storage>) -> String {
        let family = Int32(pointer.pointee.ss_family)
        var buffer = [CChar](repeating: 0, count: 64)
        if family == AF_INET {
            pointer.withMemoryRebound(to: sockaddr_in.self, capacity: 1) {
                _ = inet_ntop(AF_INET, &$0.pointee.sin_addr, &buffer, 64)
            }
        } else {
            pointer.withMemoryRebound(to: sockaddr_in6.self, capacity: 1) {
                _ = inet_ntop(AF_INET6, &$0.pointee.sin6_addr, &buffer, 64)
            }
        }
        let bytes = buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
        let text = String(decoding: bytes, as: UTF8.self)
        return text.hasPrefix("::ffff:") ? String(text.dropFirst(7)) : text
    }
}
