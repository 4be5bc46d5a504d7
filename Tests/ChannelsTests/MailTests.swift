import Core
import Testing

@testable import Channels

@Suite struct MailTests {
    private func mail(subject: String, body: String, link: String? = nil) throws -> String {
        let mail = Mail(
            try Message(subject: subject, body: body, link: link),
            from: try EmailAddress("weft@plant.example"),
            senderName: "Weft",
            to: try EmailAddress("ana@example.com"),
            id: try #require(ID("0190b8a0-0000-7000-8000-000000000001")),
            date: try #require(Timestamp("2026-11-20T08:05:09Z")),
            linkBase: "https://weft.example/"
        )
        return String(decoding: mail.bytes, as: UTF8.self)
    }

    @Test("A plain mail reads as RFC 5322 shows it")
    func plain() throws {
        let expected = """
            Date: Fri, 20 Nov 2026 08:05:09 +0000
            From: =?UTF-8?B?V2VmdA==?=
             <weft@plant.example>
            To: <ana@example.com>
            Message-ID:
             <0190b8a0-0000-7000-8000-000000000001@plant.example>
            Subject: Order booked
            MIME-Version: 1.0
            Content-Type: text/plain; charset=utf-8
            Content-Transfer-Encoding: quoted-printable
            Auto-Submitted: auto-generated

            It leaves tomorrow.

            https://weft.example/console/orders/1

            """
        let mail = try mail(
            subject: "Order booked",
            body: "It leaves tomorrow.",
            link: "/console/orders/1"
        )
        #expect(
            mail
                == expected.split(separator: "\n", omittingEmptySubsequences: false).joined(
                    separator: "\r\n"
                )
        )
    }

    @Test(
        "Dates have RFC 5322's form",
        arguments: [
            // The first is RFC 5322's appendix A.1.1 in UTC.
            ("1997-11-21T15:55:06Z", "Fri, 21 Nov 1997 15:55:06 +0000"),
            ("1970-01-01T00:00:00Z", "Thu, 1 Jan 1970 00:00:00 +0000"),
            ("1969-12-31T23:59:59Z", "Wed, 31 Dec 1969 23:59:59 +0000"),
            ("2024-02-29T12:00:00.5Z", "Thu, 29 Feb 2024 12:00:00 +0000"),
        ]
    )
    func dates(moment: String, text: String) throws {
        #expect(Mail.date(try #require(Timestamp(moment))) == text)
    }

    @Test(
        "Base64 is RFC 4648's, by its section 10",
        arguments: [
            ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="),
            ("fooba", "Zm9vYmE="), ("foobar", "Zm9vYmFy"),
        ]
    )
    func base64(text: String, encoded: String) {
        #expect(MIME.base64(Array(text.utf8)) == encoded)
    }

    @Test("Encoded words are short, and no character is split between two")
    func encodedWords() throws {
        let subject = String(repeating: "Lieferung für Ærø 🚚 ", count: 9)
        let header = try #require(
            try mail(subject: subject, body: "").part(between: "\r\nSubject: ", and: "\r\nMIME")
        )
        for line in ("Subject: " + header).split(separator: "\r\n") {
            #expect(line.utf8.count <= 76)
            #expect(line.utf8.allSatisfy { (0x20...0x7E).contains($0) })
        }
        for word in header.split(separator: "\r\n ") {
            #expect(word.hasPrefix("=?UTF-8?B?") && word.hasSuffix("?=") && word.count <= 75)
        }
    }

    @Test("A plain subject that looks like an encoded word is encoded, so it is shown as it is")
    func lookAlike() throws {
        #expect(try mail(subject: "=?UTF-8?B?eA==?=", body: "").contains("Subject: =?UTF-8?B?PT9V"))
    }

    @Test(
        "Quoted-printable follows RFC 2045 section 6.7",
        arguments: [
            ("", ""), ("a=b", "a=3Db\r\n"), ("für", "f=C3=BCr\r\n"),
            ("end \n\tx\t", "end=20\r\n\tx=09\r\n"),
            ("a\r\nb\rc\n\n", "a\r\nb\r\nc\r\n\r\n"), (".\n..", ".\r\n..\r\n"),
            (
                String(repeating: "x", count: 77),
                String(repeating: "x", count: 75) + "=\r\nxx\r\n"
            ),
            (String(repeating: "x", count: 76), String(repeating: "x", count: 76) + "\r\n"),
            (
                String(repeating: "=", count: 26),
                String(repeating: "=3D", count: 25) + "=\r\n=3D\r\n"
            ),
        ]
    )
    func quotedPrintable(text: String, encoded: String) {
        #expect(String(decoding: MIME.quotedPrintable(text), as: UTF8.self) == encoded)
    }
}

extension String {
    fileprivate func part(between start: String, and end: String) -> String? {
        guard let from = firstRange(of: start)?.upperBound,
            let to = self[from...].firstRange(of: end)?.lowerBound
        else { return nil }
        return String(self[from..<to])
    }
}
