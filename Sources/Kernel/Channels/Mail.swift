public import Core

/// One e-mail: an envelope and a message as RFC 5322 asks for.
public struct Mail: Sendable, Hashable {
    /// The envelope's sender, and the one in `From`.
    public var sender: EmailAddress
    /// The envelope's recipient, and the one in `To`.
    public var recipient: EmailAddress
    /// The whole message, headers and body.
    ///
    /// ASCII, lines ending with CR LF, folded at 76 bytes where addresses allow. Lines may begin with a dot: the transport doubles it.
    public var bytes: [UInt8]

    /// Composes a message.
    ///
    /// The same input gives the same bytes, so a mail that is sent twice, as at-least-once delivery may
    /// do, is the same mail twice: same `Message-ID`, same `Date`.
    ///
    /// - Parameters:
    ///   - message: subject and body; its link follows the body when `linkBase` is given or it is whole.
    ///   - sender: in `From`.
    ///   - senderName: before the address in `From`; empty for none.
    ///   - recipient: in `To`.
    ///   - id: the left part of `Message-ID`; the right part is the sender's domain.
    ///   - date: in `Date`.
    ///   - linkBase: precedes links that are paths, for instance `https://weft.example.com`.
    public init(
        _ message: Message,
        from sender: EmailAddress,
        senderName: String,
        to recipient: EmailAddress,
        id: ID<Outbox.Entry>,
        date: Timestamp,
        linkBase: String?
    ) {
        self.sender = sender
        self.recipient = recipient
        var text = message.body
        if let link = message.link, let whole = Self.absolute(link, linkBase) {
            text += (text.isEmpty || text.hasSuffix("\n") ? "\n" : "\n\n") + whole + "\n"
        }
        let name = senderName.isEmpty ? "" : MIME.encodedWords(senderName, after: 6) + "\r\n "
        // Auto-Submitted (RFC 3834) keeps out-of-office replies from answering a program.
        let header = """
            Date: \(Self.date(date))\r
            From: \(name)<\(sender)>\r
            To: <\(recipient)>\r
            Message-ID:\r
             <\(id)@\(sender.domain)>\r
            Subject: \(MIME.unstructured(message.subject, after: 9))\r
            MIME-Version: 1.0\r
            Content-Type: text/plain; charset=utf-8\r
            Content-Transfer-Encoding: quoted-printable\r
            Auto-Submitted: auto-generated\r
            \r

            """
        bytes = Array(header.utf8) + MIME.quotedPrintable(text)
    }

    private static func absolute(_ link: String, _ base: String?) -> String? {
        guard link.hasPrefix("/") else { return link }
        guard let base else { return nil }
        return (base.hasSuffix("/") ? String(base.dropLast()) : base) + link
    }

    /// RFC 5322 section 3.3, in UTC: `Fri, 20 Nov 2026 12:00:00 +0000`.
    static func date(_ moment: Timestamp) -> String {
        let days = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]  // 1970-01-01 was a Thursday.
        let months = [
            "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
        ]
        let day = moment.date
        let (year, month, number) = day.parts
        let weekday = days[((day.daysSinceEpoch % 7) + 7) % 7]
        let seconds = Int((moment.microseconds - day.start.microseconds) / 1_000_000)
        func two(_ value: Int) -> String { value < 10 ? "0\(value)" : "\(value)" }
        let time = "\(two(seconds / 3_600)):\(two(seconds / 60 % 60)):\(two(seconds % 60))"
        return "\(weekday), \(number) \(months[month - 1]) \(year) \(time) +0000"
    }
}
