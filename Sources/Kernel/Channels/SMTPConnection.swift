import CCurl
import Core
import Glibc
import Synchronization

/// One libcurl handle and the thread that uses it.
///
/// A connection is kept for the next mail only after a success. After anything else it may still owe an
/// answer, which the next mail would take for its own; and libcurl 7.88, which keeps it all the same,
/// would on closing say QUIT and wait up to two minutes for an answer, whatever the time-outs. So such a
/// connection is cut below libcurl, and the handle is thrown away.
///
/// `@unchecked Sendable`: `handle` and `words` are touched by work on `thread`, which does one piece at a
/// time, and by `deinit`, which no work outlives because all work holds the object.
final class SMTPConnection: @unchecked Sendable {
    /// How long a mail under way may take once its task was cancelled.
    static let grace: Duration = .seconds(3)

    private let configuration: SMTPConfiguration
    private let url: String
    private var handle: UnsafeMutableRawPointer?
    private let words: UnsafeMutablePointer<CChar>
    private let thread = WorkerThread()

    init(_ configuration: SMTPConfiguration) throws(ChannelError) {
        self.configuration = configuration
        url = try configuration.url()
        words = .allocate(capacity: Int(CURL_ERROR_SIZE))
        words.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
    }

    deinit {
        thread.close()
        cut()
        words.deallocate()
    }

    /// Sends one mail; returns when the server has answered, or the time is over.
    func send(_ mail: Mail) async -> Result<Void, MailFailure> {
        // libcurl gives up by itself at the time-out; the second more is for where it does not.
        let exchange = SMTPExchange(mail.bytes, timeout: configuration.timeout + .seconds(1))
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                thread.run { continuation.resume(returning: self.perform(mail, exchange)) }
            }
        } onCancel: {
            exchange.cancel()
        }
    }

    private func perform(_ mail: Mail, _ exchange: SMTPExchange) -> Result<Void, MailFailure> {
        guard !exchange.isCancelled(for: .zero) else {
            return .failure(MailFailure(.interrupted, "stopped before it was sent"))
        }
        guard let handle = handle ?? open() else {
            return .failure(MailFailure(.transient, "libcurl cannot be started"))
        }
        let recipients = curl_slist_append(nil, "<\(mail.recipient)>")
        defer { curl_slist_free_all(recipients) }
        let this = Unmanaged.passUnretained(exchange).toOpaque()
        set(handle, CURLOPT_MAIL_FROM, "<\(mail.sender)>")
        weft_curl_set_pointer(handle, CURLOPT_MAIL_RCPT, recipients)
        set(handle, CURLOPT_INFILESIZE, mail.bytes.count)
        weft_curl_set_pointer(handle, CURLOPT_READDATA, this)
        // libcurl hands the server's replies to the write function when this is set.
        weft_curl_set_pointer(handle, CURLOPT_HEADERDATA, this)
        weft_curl_set_pointer(handle, CURLOPT_XFERINFODATA, this)
        words[0] = 0
        let code = curl_easy_perform(handle)
        if code == CURLE_OK { return .success(()) }
        let failure = failure(handle, code, exchange)
        cut()
        withExtendedLifetime(exchange) {}
        return .failure(failure)
    }

    private func open() -> UnsafeMutableRawPointer? {
        guard let handle = curl_easy_init() else { return nil }
        self.handle = handle
        set(handle, CURLOPT_URL, url)
        set(handle, CURLOPT_PROTOCOLS_STR, "smtp,smtps")
        // Not through a proxy that the environment names for browsing.
        set(handle, CURLOPT_PROXY, "")
        set(handle, CURLOPT_NOSIGNAL, 1)
        set(handle, CURLOPT_UPLOAD, 1)
        set(handle, CURLOPT_TIMEOUT_MS, milliseconds(configuration.timeout))
        set(handle, CURLOPT_CONNECTTIMEOUT_MS, milliseconds(configuration.connectTimeout))
        switch configuration.security {
        case .none, .tls: set(handle, CURLOPT_USE_SSL, Int(CURLUSESSL_NONE.rawValue))
        case .opportunistic: set(handle, CURLOPT_USE_SSL, Int(CURLUSESSL_TRY.rawValue))
        case .startTLS: set(handle, CURLOPT_USE_SSL, Int(CURLUSESSL_ALL.rawValue))
        }
        if let user = configuration.user { set(handle, CURLOPT_USERNAME, user) }
        if let password = configuration.password { set(handle, CURLOPT_PASSWORD, password) }
        if let file = configuration.certificates { set(handle, CURLOPT_CAINFO, file) }
        weft_curl_set_pointer(handle, CURLOPT_ERRORBUFFER, words)
        weft_curl_set_read(handle, readMail)
        weft_curl_set_write(handle, readReply)
        weft_curl_set_progress(handle, checkProgress)
        set(handle, CURLOPT_NOPROGRESS, 0)
        return handle
    }

    /// Ends the connection without another word, and the handle with it.
    private func cut() {
        guard let handle else { return }
        // -1 when libcurl has closed the connection itself.
        var socket = -1
        weft_curl_get_long(handle, CURLINFO_LASTSOCKET, &socket)
        if socket >= 0 { shutdown(Int32(socket), Int32(SHUT_RDWR)) }
        curl_easy_cleanup(handle)
        self.handle = nil
    }

    private func failure(
        _ handle: UnsafeMutableRawPointer,
        _ code: CURLcode,
        _ exchange: SMTPExchange
    ) -> MailFailure {
        if code == CURLE_ABORTED_BY_CALLBACK, exchange.isCancelled(for: .zero) {
            return MailFailure(.interrupted, "stopped while it was sent")
        }
        var reply = 0
        weft_curl_get_long(handle, CURLINFO_RESPONSE_CODE, &reply)
        let detail =
            words[0] == 0 ? String(cString: curl_easy_strerror(code)) : String(cString: words)
        // MAIL, RCPT and DATA refused end as SEND_ERROR, the text refused as WEIRD_SERVER_REPLY, which
        // a refused greeting ends as too: that one says nothing about this mail.
        let isAboutMail =
            code == CURLE_SEND_ERROR || code == CURLE_WEIRD_SERVER_REPLY && exchange.hasBegun
        // 530, 534, 535 and 538 are about signing in (RFC 4954): the operator can mend that.
        let isPermanent =
            isAboutMail && (500..<600).contains(reply) && ![530, 534, 535, 538].contains(reply)
        let said = isAboutMail && !exchange.refusal.isEmpty
        return MailFailure(
            isPermanent ? .permanent : .transient,
            said
                ? "the mail server answered: \(exchange.refusal)"
                : "\(detail) (libcurl \(code.rawValue))",
            concernsMail: isAboutMail
        )
    }

    private func set(_ handle: UnsafeMutableRawPointer, _ option: CURLoption, _ value: String) {
        // libcurl copies strings.
        _ = value.withCString { weft_curl_set_pointer(handle, option, $0) }
    }

    private func set(_ handle: UnsafeMutableRawPointer, _ option: CURLoption, _ value: Int) {
        weft_curl_set_long(handle, option, value)
    }

    private func milliseconds(_ duration: Duration) -> Int {
        max(1, Int(duration.microseconds / 1_000))
    }
}

/// What libcurl's callbacks see of one mail.
///
/// `@unchecked Sendable`: everything but `cancelled` is touched only by the connection's thread.
final class SMTPExchange: @unchecked Sendable {
    private let bytes: [UInt8]
    private var sent = 0
    private(set) var hasBegun = false
    /// The server's first reply that refuses something: printable ASCII, at most 300 bytes.
    private(set) var refusal = ""
    private let limit: ContinuousClock.Instant
    private let cancelled = Mutex<ContinuousClock.Instant?>(nil)

    init(_ bytes: [UInt8], timeout: Duration) {
        self.bytes = bytes
        limit = .now + timeout
    }

    func cancel() {
        cancelled.withLock { $0 = $0 ?? .now }
    }

    func isCancelled(for duration: Duration) -> Bool {
        cancelled.withLock { $0.map { .now >= $0 + duration } ?? false }
    }

    var isOverdue: Bool { .now >= limit || isCancelled(for: SMTPConnection.grace) }

    func read(into buffer: UnsafeMutablePointer<CChar>, _ room: Int) -> Int {
        hasBegun = true
        let count = min(room, bytes.count - sent)
        bytes.withUnsafeBytes { source in
            guard count > 0, let base = source.baseAddress else { return }
            UnsafeMutableRawPointer(buffer).copyMemory(from: base + sent, byteCount: count)
        }
        sent += count
        return count
    }

    func hear(_ line: UnsafeBufferPointer<CChar>) {
        // What comes after a refusal only answers QUIT.
        let isRefusal =
            line.first == CChar(UInt8(ascii: "4")) || line.first == CChar(UInt8(ascii: "5"))
        guard isRefusal, refusal.isEmpty else { return }
        let text = line.prefix(300).map { UInt8(bitPattern: $0) }
        refusal = String(decoding: text.filter { (0x20...0x7E).contains($0) }, as: UTF8.self)
    }
}

private func exchange(_ pointer: UnsafeMutableRawPointer?) -> SMTPExchange? {
    pointer.map { Unmanaged<SMTPExchange>.fromOpaque($0).takeUnretainedValue() }
}

private func readMail(
    _ buffer: UnsafeMutablePointer<CChar>?,
    _ size: Int,
    _ count: Int,
    _ pointer: UnsafeMutableRawPointer?
) -> Int {
    guard let buffer, let exchange = exchange(pointer) else { return Int(CURL_READFUNC_ABORT) }
    return exchange.read(into: buffer, size * count)
}

private func readReply(
    _ buffer: UnsafeMutablePointer<CChar>?,
    _ size: Int,
    _ count: Int,
    _ pointer: UnsafeMutableRawPointer?
) -> Int {
    if let buffer, let exchange = exchange(pointer) {
        exchange.hear(UnsafeBufferPointer(start: buffer, count: size * count))
    }
    return size * count
}

private func checkProgress(
    _ pointer: UnsafeMutableRawPointer?,
    _: curl_off_t,
    _: curl_off_t,
    _: curl_off_t,
    _: curl_off_t
) -> Int32 {
    exchange(pointer)?.isOverdue == true ? 1 : 0
}
