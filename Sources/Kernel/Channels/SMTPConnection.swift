import CCurl
import Core
import Synchronization

/// One libcurl handle and the thread that uses it.
///
/// `@unchecked Sendable`: `handle` and `words` are touched by `init` before anybody else has the object,
/// by work on `thread`, which does one piece at a time, and by `deinit`, which no work outlives because
/// all work holds the object.
final class SMTPConnection: @unchecked Sendable {
    /// How long a mail under way may take once its task was cancelled.
    static let grace: Duration = .seconds(3)

    private let handle: UnsafeMutableRawPointer
    private let words: UnsafeMutablePointer<CChar>
    private let thread = WorkerThread()

    init(_ configuration: SMTPConfiguration, url: String) throws(ChannelError) {
        guard let handle = curl_easy_init() else {
            throw ChannelError(.invalidConfiguration, "libcurl cannot be started")
        }
        self.handle = handle
        words = .allocate(capacity: Int(CURL_ERROR_SIZE))
        words.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
        set(CURLOPT_URL, url)
        set(CURLOPT_PROTOCOLS_STR, "smtp,smtps")
        // Not through a proxy that the environment names for browsing.
        set(CURLOPT_PROXY, "")
        set(CURLOPT_NOSIGNAL, 1)
        set(CURLOPT_UPLOAD, 1)
        set(CURLOPT_TIMEOUT_MS, milliseconds(configuration.timeout))
        set(CURLOPT_CONNECTTIMEOUT_MS, milliseconds(configuration.connectTimeout))
        switch configuration.security {
        case .none, .tls: set(CURLOPT_USE_SSL, Int(CURLUSESSL_NONE.rawValue))
        case .opportunistic: set(CURLOPT_USE_SSL, Int(CURLUSESSL_TRY.rawValue))
        case .startTLS: set(CURLOPT_USE_SSL, Int(CURLUSESSL_ALL.rawValue))
        }
        if let user = configuration.user { set(CURLOPT_USERNAME, user) }
        if let password = configuration.password { set(CURLOPT_PASSWORD, password) }
        if let file = configuration.certificates { set(CURLOPT_CAINFO, file) }
        weft_curl_set_pointer(handle, CURLOPT_ERRORBUFFER, words)
        weft_curl_set_read(handle, readMail)
        weft_curl_set_write(handle, readReply)
        weft_curl_set_progress(handle, checkProgress)
        set(CURLOPT_NOPROGRESS, 0)
    }

    deinit {
        thread.close()
        curl_easy_cleanup(handle)
        words.deallocate()
    }

    /// Sends one mail; returns when the server has answered, or the time is over.
    func send(_ mail: Mail) async -> Result<Void, MailFailure> {
        let exchange = SMTPExchange(mail.bytes)
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                thread.run { continuation.resume(returning: self.perform(mail, exchange)) }
            }
        } onCancel: {
            exchange.cancel()
        }
    }

    private func perform(_ mail: Mail, _ exchange: SMTPExchange) -> Result<Void, MailFailure> {
        guard !exchange.isOverdue(after: .zero) else {
            return .failure(MailFailure(.interrupted, "stopped before it was sent"))
        }
        let recipients = curl_slist_append(nil, "<\(mail.recipient)>")
        defer { curl_slist_free_all(recipients) }
        let this = Unmanaged.passUnretained(exchange).toOpaque()
        set(CURLOPT_MAIL_FROM, "<\(mail.sender)>")
        weft_curl_set_pointer(handle, CURLOPT_MAIL_RCPT, recipients)
        set(CURLOPT_INFILESIZE, mail.bytes.count)
        weft_curl_set_pointer(handle, CURLOPT_READDATA, this)
        // libcurl hands the server's replies to the write function when this is set.
        weft_curl_set_pointer(handle, CURLOPT_HEADERDATA, this)
        weft_curl_set_pointer(handle, CURLOPT_XFERINFODATA, this)
        words[0] = 0
        let code = curl_easy_perform(handle)
        withExtendedLifetime(exchange) {}
        if code == CURLE_OK { return .success(()) }
        return .failure(failure(code, exchange))
    }

    private func failure(_ code: CURLcode, _ exchange: SMTPExchange) -> MailFailure {
        if code == CURLE_ABORTED_BY_CALLBACK {
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
        let said = isAboutMail && reply >= 400 && !exchange.reply.isEmpty
        return MailFailure(
            isPermanent ? .permanent : .transient,
            said
                ? "the mail server answered: \(exchange.reply)"
                : "\(detail) (libcurl \(code.rawValue))"
        )
    }

    private func set(_ option: CURLoption, _ value: String) {
        // libcurl copies strings.
        _ = value.withCString { weft_curl_set_pointer(handle, option, $0) }
    }

    private func set(_ option: CURLoption, _ value: Int) {
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
    /// The server's latest reply, for people: printable ASCII, at most 300 bytes.
    private(set) var reply = ""
    private let cancelled = Mutex<ContinuousClock.Instant?>(nil)

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    func cancel() {
        cancelled.withLock { $0 = $0 ?? .now }
    }

    func isOverdue(after grace: Duration) -> Bool {
        cancelled.withLock { $0.map { .now >= $0 + grace } ?? false }
    }

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
        let text = line.prefix(300).map { UInt8(bitPattern: $0) }.filter {
            (0x20...0x7E).contains($0)
        }
        reply = String(decoding: text, as: UTF8.self)
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
    exchange(pointer)?.isOverdue(after: SMTPConnection.grace) == true ? 1 : 0
}
