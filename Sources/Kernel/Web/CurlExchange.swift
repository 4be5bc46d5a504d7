import CCurl
import Core
import Glibc
import Synchronization

/// One request under way, as libcurl's callbacks see it.
///
/// `@unchecked Sendable`: after it was submitted everything but `isCancelled` is touched by the driver's
/// thread alone, on which libcurl calls back; before, by the caller alone.
final class CurlExchange: @unchecked Sendable {
    /// More than any proxy lets through.
    private static let headerLimit = 128 << 10

    let id: UInt64
    let plan: WebRequestPlan
    var continuation: CheckedContinuation<Result<WebAnswer, WebFault>, Never>?
    /// Where the answer goes while it comes in; nil keeps all of it for the end.
    let stream: CurlStream?
    private(set) var headers: [(name: String, value: String)] = []
    private(set) var body: [UInt8] = []
    /// An address was refused.
    private(set) var metForbidden = false
    /// More came than is read.
    private(set) var isTooLong = false
    /// Something came back.
    private(set) var hasAnswered = false
    /// When something came last, or the other side was last kept waiting by us.
    private var lastHeard = ContinuousClock.now
    /// libcurl was asked to pause.
    private var isHeldUp = false
    private var headerSize = 0
    private var status = 0
    private var bodySize = 0
    private let cancelled = Atomic<Bool>(false)

    init(_ plan: WebRequestPlan, id: UInt64, stream: CurlStream? = nil) {
        self.plan = plan
        self.id = id
        self.stream = stream
    }

    var isCancelled: Bool { cancelled.load(ordering: .acquiring) }

    func cancel() { cancelled.store(true, ordering: .releasing) }

    /// Until when something must come; nil when it may take any time, or is held up by whoever reads.
    var idleDeadline: ContinuousClock.Instant? {
        guard stream != nil, let idle = plan.idleTimeout, !isHeldUp else { return nil }
        return lastHeard + idle
    }

    /// The time begins anew: the request has just been started, or is no longer held up.
    func touch() {
        isHeldUp = false
        lastHeard = .now
    }

    func finish(_ result: Result<WebAnswer, WebFault>) {
        if let stream { return stream.finish(result) }
        let waiting = continuation
        continuation = nil
        waiting?.resume(returning: result)
    }

    func allows(_ isPublic: Bool) -> Bool {
        if plan.reachesPrivateAddresses || isPublic { return true }
        metForbidden = true
        return false
    }

    /// Takes a piece of the body.
    ///
    /// - Returns: as many bytes, other than that to stop, or `CURL_WRITEFUNC_PAUSE` to get it again later.
    func take(_ bytes: UnsafeRawBufferPointer) -> Int {
        guard bodySize + bytes.count <= plan.answerLimit else {
            isTooLong = true
            return 0
        }
        if let stream {
            lastHeard = .now
            guard stream.take(bytes) else {
                isHeldUp = true
                return Int(CURL_WRITEFUNC_PAUSE)
            }
        } else {
            body.append(contentsOf: bytes)
        }
        bodySize += bytes.count
        return bytes.count
    }

    /// Takes a line of the head; false when there is too much of it.
    func take(line: UnsafeRawBufferPointer) -> Bool {
        headerSize += line.count
        guard headerSize <= Self.headerLimit else {
            isTooLong = true
            return false
        }
        hasAnswered = true
        lastHeard = .now
        // What follows the body are trailers, which mean nothing to us.
        guard bodySize == 0 else { return true }
        let end = line.lastIndex { $0 != 0x0A && $0 != 0x0D } ?? -1
        let text = line.prefix(end + 1)
        if text.starts(with: "HTTP/".utf8) {
            // A status line: of the answer, after those of 1xx.
            headers.removeAll()
            let word = text.split(separator: 0x20, maxSplits: 2).dropFirst().first
            status = word.flatMap { Int(String(decoding: $0, as: UTF8.self)) } ?? 0
            return true
        }
        if text.isEmpty, (200...599).contains(status) {
            stream?.begin(status: status, headers: headers)
        }
        guard let colon = text.firstIndex(of: UInt8(ascii: ":")) else { return true }
        let name = String(decoding: text[..<colon], as: UTF8.self).lowercased()
        let rest = text[(colon + 1)...].drop { $0 == 0x20 || $0 == 0x09 }
        let last = rest.lastIndex { $0 != 0x20 && $0 != 0x09 } ?? rest.startIndex - 1
        headers.append((name, String(decoding: rest[rest.startIndex..<(last + 1)], as: UTF8.self)))
        return true
    }
}

private func exchange(_ pointer: UnsafeMutableRawPointer?) -> CurlExchange? {
    pointer.map { Unmanaged<CurlExchange>.fromOpaque($0).takeUnretainedValue() }
}

func takeBody(
    _ bytes: UnsafeMutablePointer<CChar>?,
    _ size: Int,
    _ count: Int,
    _ pointer: UnsafeMutableRawPointer?
) -> Int {
    exchange(pointer)?.take(UnsafeRawBufferPointer(start: bytes, count: size * count)) ?? 0
}

func takeLine(
    _ bytes: UnsafeMutablePointer<CChar>?,
    _ size: Int,
    _ count: Int,
    _ pointer: UnsafeMutableRawPointer?
) -> Int {
    let line = UnsafeRawBufferPointer(start: bytes, count: size * count)
    return exchange(pointer)?.take(line: line) == true ? size * count : 0
}

/// Opens the socket of a new connection, unless it would lead where the request may not go.
func openSocket(
    _ pointer: UnsafeMutableRawPointer?,
    _: curlsocktype,
    _ address: UnsafeMutablePointer<curl_sockaddr>?
) -> curl_socket_t {
    guard let address, let exchange = exchange(pointer) else { return -1 }
    let isPublic = withUnsafePointer(to: &address.pointee.addr) { PublicAddress.contains($0) }
    guard exchange.allows(isPublic) else { return -1 }
    return socket(
        address.pointee.family,
        address.pointee.socktype | Int32(SOCK_CLOEXEC.rawValue),
        address.pointee.protocol
    )
}

/// Judges the connection that a request is about to use: it may be one that another request opened.
func checkConnection(
    _ pointer: UnsafeMutableRawPointer?,
    _ remote: UnsafeMutablePointer<CChar>?,
    _: UnsafeMutablePointer<CChar>?,
    _: Int32,
    _: Int32
) -> Int32 {
    guard let remote, let exchange = exchange(pointer),
        exchange.plan.reachesPrivateAddresses
            || exchange.allows(PublicAddress.contains(text: String(cString: remote)))
    else { return Int32(CURL_PREREQFUNC_ABORT) }
    return Int32(CURL_PREREQFUNC_OK)
}
