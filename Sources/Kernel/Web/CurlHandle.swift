import CCurl
import Core
import Glibc

/// One easy handle of libcurl's, set up once and used for one request after the other.
///
/// Touched by the driver's thread alone.
final class CurlHandle {
    let pointer: UnsafeMutableRawPointer
    private let connectTimeout: Duration
    private let words: UnsafeMutablePointer<CChar>
    private var lines: UnsafeMutablePointer<curl_slist>?
    private var exchange: CurlExchange?

    init?(_ configuration: CurlWebClient.Configuration) {
        guard let pointer = curl_easy_init() else { return nil }
        self.pointer = pointer
        connectTimeout = configuration.connectTimeout
        words = .allocate(capacity: Int(CURL_ERROR_SIZE))
        words.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
        set(CURLOPT_PROTOCOLS_STR, "http,https")
        set(CURLOPT_FOLLOWLOCATION, 0)
        // Not through a proxy that the environment names for browsing.
        set(CURLOPT_PROXY, "")
        set(CURLOPT_NOPROXY, "*")
        set(CURLOPT_NOSIGNAL, 1)
        set(CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_1_1))
        set(CURLOPT_SSLVERSION, Int(CURL_SSLVERSION_TLSv1_2))
        set(CURLOPT_SSL_VERIFYPEER, 1)
        set(CURLOPT_SSL_VERIFYHOST, 2)
        // A name server that does not answer must not hold up the thread when its request ends.
        set(CURLOPT_QUICK_EXIT, 1)
        set(CURLOPT_TCP_KEEPALIVE, 1)
        set(CURLOPT_USERAGENT, "Weft")
        if let file = configuration.certificates {
            set(CURLOPT_CAINFO, file)
            set(CURLOPT_CAPATH, nil)
        }
        weft_curl_set_pointer(pointer, CURLOPT_ERRORBUFFER, words)
        weft_curl_set_write(pointer, takeBody)
        weft_curl_set_header(pointer, takeLine)
        weft_curl_set_socket(pointer, openSocket)
        weft_curl_set_prerequest(pointer, checkConnection)
    }

    deinit {
        curl_easy_cleanup(pointer)
        curl_slist_free_all(lines)
        words.deallocate()
    }

    /// Sets the handle up for a request; false when memory is short.
    func prepare(_ exchange: CurlExchange) -> Bool {
        self.exchange = exchange
        let plan = exchange.plan
        words[0] = 0
        curl_slist_free_all(lines)
        lines = nil
        for line in plan.lines {
            guard let longer = curl_slist_append(lines, line) else { return false }
            lines = longer
        }
        let left = max(.milliseconds(1), plan.deadline - .now)
        set(CURLOPT_URL, plan.url)
        // First back to a plain GET, whatever the request before was.
        weft_curl_set_pointer(pointer, CURLOPT_COPYPOSTFIELDS, nil)
        set(CURLOPT_HTTPGET, 1)
        if let body = plan.body {
            weft_curl_set_large(pointer, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(body.count))
            // libcurl copies. An empty array has no address, and no address means: ask for the body.
            let kept = body.isEmpty ? [0] : body
            _ = kept.withUnsafeBytes {
                weft_curl_set_pointer(pointer, CURLOPT_COPYPOSTFIELDS, $0.baseAddress)
            }
        } else if plan.method == "HEAD" {
            set(CURLOPT_NOBODY, 1)
        }
        set(CURLOPT_CUSTOMREQUEST, plan.method)
        weft_curl_set_pointer(pointer, CURLOPT_HTTPHEADER, lines)
        set(CURLOPT_TIMEOUT_MS, milliseconds(left))
        set(CURLOPT_CONNECTTIMEOUT_MS, milliseconds(min(left, connectTimeout)))
        weft_curl_set_large(
            pointer,
            CURLOPT_MAXFILESIZE_LARGE,
            curl_off_t(max(1, exchange.plan.answerLimit))
        )
        let this = Unmanaged.passUnretained(exchange).toOpaque()
        weft_curl_set_pointer(pointer, CURLOPT_PRIVATE, this)
        weft_curl_set_pointer(pointer, CURLOPT_WRITEDATA, this)
        weft_curl_set_pointer(pointer, CURLOPT_HEADERDATA, this)
        weft_curl_set_pointer(pointer, CURLOPT_OPENSOCKETDATA, this)
        weft_curl_set_pointer(pointer, CURLOPT_PREREQDATA, this)
        return true
    }

    /// What the request came to.
    func result(
        of exchange: CurlExchange,
        _ code: CURLcode
    ) -> Result<WebAnswer, WebFault> {
        defer { self.exchange = nil }
        let place = exchange.plan.place
        guard code == CURLE_OK else { return .failure(fault(of: exchange, code, place)) }
        var status = 0
        weft_curl_get_long(pointer, CURLINFO_RESPONSE_CODE, &status)
        guard (200...599).contains(status) else {
            return .failure(WebFault(.malformedAnswer, "\(place) answered with status \(status)"))
        }
        return .success(
            WebAnswer(status: status, headers: exchange.headers, body: exchange.body)
        )
    }

    private func fault(
        of exchange: CurlExchange,
        _ code: CURLcode,
        _ place: String
    ) -> WebFault {
        if exchange.metForbidden {
            return WebFault(
                .forbiddenAddress,
                "\(place) is an address of this machine or of a private network"
            )
        }
        if exchange.isTooLong || code == CURLE_FILESIZE_EXCEEDED {
            return WebFault(
                .malformedAnswer,
                "\(place) answered more than \(exchange.plan.answerLimit) bytes"
            )
        }
        // Words of libcurl's name hosts and certificates, not queries or bodies.
        let detail =
            words[0] == 0 ? String(cString: curl_easy_strerror(code)) : String(cString: words)
        let message = "\(place): \(detail)"
        return switch code {
        case CURLE_OPERATION_TIMEDOUT: WebFault(.timedOut, message)
        case CURLE_URL_MALFORMAT: WebFault(.invalidAddress, message)
        case CURLE_SSL_CONNECT_ERROR, CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CERTPROBLEM,
            CURLE_SSL_CIPHER, CURLE_SSL_CACERT_BADFILE, CURLE_SSL_ISSUER_ERROR,
            CURLE_SSL_INVALIDCERTSTATUS, CURLE_SSL_PINNEDPUBKEYNOTMATCH:
            WebFault(.insecure, message)
        case CURLE_WEIRD_SERVER_REPLY, CURLE_UNSUPPORTED_PROTOCOL, CURLE_PARTIAL_FILE,
            CURLE_WRITE_ERROR, CURLE_BAD_CONTENT_ENCODING, CURLE_OUT_OF_MEMORY:
            WebFault(.malformedAnswer, message)
        default: WebFault(exchange.hasAnswered ? .malformedAnswer : .unreachable, message)
        }
    }

    private func set(_ option: CURLoption, _ value: String?) {
        // libcurl copies strings.
        guard let value else {
            weft_curl_set_pointer(pointer, option, nil)
            return
        }
        _ = value.withCString { weft_curl_set_pointer(pointer, option, $0) }
    }

    private func set(_ option: CURLoption, _ value: Int) {
        weft_curl_set_long(pointer, option, value)
    }

    private func milliseconds(_ duration: Duration) -> Int {
        max(1, Int(duration.microseconds / 1_000))
    }
}
