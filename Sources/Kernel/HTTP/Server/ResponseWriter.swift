import Core

/// Writes the head of an answer.
enum ResponseWriter {
    /// What the connection makes of the answer.
    struct Frame {
        var date: [UInt8]
        /// 0 or 1: the request's version.
        var minorVersion = 1
        var closes = false
        /// Whether the coding was chosen by what the client accepts.
        var isCompressed = false
        /// Whether the body comes in chunks; one of unknown length that does not ends with the
        /// connection.
        var isChunked = false
    }

    /// Appends status line and fields; the fields that frame the message are always our own.
    static func appendHead(_ response: Response, _ frame: Frame, to out: inout [UInt8]) {
        if response.status == .ok {
            append("HTTP/1.1 200 OK\r\nDate: ", to: &out)
        } else {
            append("HTTP/1.1 ", to: &out)
            append(response.status.rawValue, to: &out)
            out.append(Byte.space)
            out.append(contentsOf: response.status.reason.utf8)
            append("\r\nDate: ", to: &out)
        }
        out.append(contentsOf: frame.date)
        append("\r\n", to: &out)
        let headers = response.headers
        for field in headers.fields where !isOwn(headers, field) {
            out.append(contentsOf: headers.nameBytes(field))
            append(": ", to: &out)
            out.append(contentsOf: headers.valueBytes(field))
            append("\r\n", to: &out)
        }
        if frame.isCompressed { append("Content-Encoding: gzip\r\n", to: &out) }
        if frame.isChunked {
            append("Transfer-Encoding: chunked\r\n", to: &out)
        } else if !response.status.isBodiless, let count = response.declaredLength {
            append("Content-Length: ", to: &out)
            append(count, to: &out)
            append("\r\n", to: &out)
        }
        if frame.closes {
            append("Connection: close\r\n", to: &out)
        } else if frame.minorVersion == 0 {
            append("Connection: keep-alive\r\n", to: &out)
        }
        append("\r\n", to: &out)
    }

    private static func isOwn(_ headers: Headers, _ field: Headers.Field) -> Bool {
        switch field.nameCount {
        case 4: headers.matches(field, lowercase: "date")
        case 10: headers.matches(field, lowercase: "connection")
        case 14: headers.matches(field, lowercase: "content-length")
        case 17: headers.matches(field, lowercase: "transfer-encoding")
        default: false
        }
    }

    @inline(__always)
    static func append(_ text: StaticString, to out: inout [UInt8]) {
        text.withUTF8Buffer { out.append(contentsOf: $0) }
    }

    static func append(_ number: Int, to out: inout [UInt8]) {
        if number >= 10 { append(number / 10, to: &out) }
        out.append(UInt8(number % 10) + 0x30)
    }

    /// Appends a number in hexadecimal digits, as chunks tell their size.
    static func append(hexadecimal number: Int, to out: inout [UInt8]) {
        if number >= 16 { append(hexadecimal: number / 16, to: &out) }
        let digit = UInt8(number % 16)
        out.append(digit < 10 ? digit + 0x30 : digit + 0x57)
    }

    /// IMF-fixdate (RFC 9110 section 5.6.7), for instance `Sun, 06 Nov 1994 08:49:37 GMT`.
    static func date(_ moment: Timestamp) -> [UInt8] {
        let days = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
        let months = [
            "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
        ]
        let date = moment.date
        let (year, month, day) = date.parts
        let seconds = Int((moment.microseconds - date.start.microseconds) / 1_000_000)
        // 1970-01-01 was a Thursday.
        let weekday = ((date.daysSinceEpoch + 4) % 7 + 7) % 7
        let time = [seconds / 3_600, seconds / 60 % 60, seconds % 60].map(twoDigits)
        return Array(
            "\(days[weekday]), \(twoDigits(day)) \(months[month - 1]) \(year) \(time.joined(separator: ":")) GMT"
                .utf8
        )
    }

    private static func twoDigits(_ value: Int) -> String {
        value < 10 ? "0\(value)" : "\(value)"
    }
}
