import Core
import Testing
import Vault

@testable import Channels

@Suite struct PushEncryptionTests {
    // RFC 8291 section 5 and appendix A.
    @Test("The message of RFC 8291's example comes out byte for byte")
    func example() throws {
        func bytes(_ text: String) throws -> [UInt8] { try #require(Base64.decodeForURL(text)) }
        let key = try P256Key(
            scalar: try bytes("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"),
            publicPoint: try bytes(
                "BP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A8"
            )
        )
        let body = try PushEncryption.body(
            Array("When I grow up, I want to be a watermelon".utf8),
            point: try bytes(
                "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"
            ),
            secret: try bytes("BTBZMqHH6r4Tts7J_aSIgg"),
            key: key,
            salt: try bytes("DGv6ra1nlYgDCS1FRnbzlw")
        )
        let expected =
            "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmY"
            + "WAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexS"
            + "gSxsj_Qulcy4a-fN"
        #expect(Base64.encodeForURL(body) == expected)
    }

    @Test("A long message is cut so that a push service takes it")
    func long() throws {
        let browser = try P256Key.generate()
        let sender = PushSender(
            key: try P256Key.generate(),
            contact: "mailto:weft@example.com"
        )
        let message = TargetMessage(
            message: try Message(
                subject: "Long",
                body: String(repeating: "ü🚚", count: 10_000),
                severity: .alarm
            ),
            id: ID(high: 1, low: 2),
            at: Timestamp(microseconds: 0)
        )
        let subscription = PushSubscription(
            endpoint: "https://push.example.net:8443/push/abc?x=1",
            point: browser.publicPoint,
            auth: Array(0..<16)
        )
        let request = try sender.request(
            message,
            to: subscription,
            now: Timestamp(microseconds: 1_795_176_000_000_000)
        )
        #expect((request.body?.count ?? 0) <= 4_096)
        #expect((request.body?.count ?? 0) > 1_000)
        let fields = Dictionary(request.headers.map { ($0.name, $0.value) }) { $1 }
        #expect(fields["Urgency"] == "high")
        #expect(fields["Content-Encoding"] == "aes128gcm")
        let words = try #require(fields["Authorization"]?.split(separator: " "))
        #expect(words[0] == "vapid" && words[2] == "k=\(sender.publicKey)")
        let token = words[1].dropFirst(2).dropLast().split(separator: ".")
        #expect(token.count == 3)
        let claims = try JSON(parsing: try #require(Base64.decodeForURL(token[1])))
        // RFC 8292 section 2: the origin, and no more than 24 hours.
        #expect(claims["aud"]?.string == "https://push.example.net:8443")
        #expect(claims["exp"]?.int == 1_795_176_000 + 43_200)
        #expect(claims["sub"]?.string == "mailto:weft@example.com")
    }
}
