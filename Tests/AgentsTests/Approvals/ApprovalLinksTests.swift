import Core
import Identity
import Testing
import Vault

@testable import Agents

@Suite struct ApprovalLinksTests {
    private static let now = Timestamp(microseconds: 1_750_000_000_000_000)
    private static let content = ApprovalLinks.Content(
        approval: ID(high: 0x0198_0000_0000_7abc, low: 0x8000_0000_0000_0001),
        account: ID(high: 0x0198_0000_0000_7def, low: 0x8000_0000_0000_0002),
        until: now + .seconds(60)
    )

    private func links(_ byte: UInt8 = 1) throws -> ApprovalLinks {
        ApprovalLinks(vault: try Vault(key: Array(repeating: byte, count: 32)))
    }

    private func code(_ links: ApprovalLinks, _ token: String, at now: Timestamp) -> String? {
        do {
            _ = try links.read(Secret(token), at: now)
            return nil
        } catch {
            return (error as? GeneralFault)?.code
        }
    }

    @Test("A token says what it is good for, and until when")
    func roundTrip() throws {
        let links = try links()
        let token = try links.token(Self.content)
        #expect(try links.read(token, at: Self.now) == Self.content)
        #expect(token.exposed.utf8.count == 98)
        #expect("\(token)" == "redacted")
        #expect(code(links, token.exposed, at: Self.now + .seconds(59)) == nil)
        #expect(
            code(links, token.exposed, at: Self.now + .seconds(60)) == "approval-link-expired"
        )
    }

    @Test(
        "A link is good for seven days from its mail, and no longer than the question",
        arguments: [(nil, 7), (3, 3), (7, 7), (30, 7)] as [(Int?, Int)]
    )
    func life(_ end: Int?, _ days: Int) {
        let until = ApprovalLinks.until(
            from: Self.now,
            end: end.map { Self.now + .seconds($0 * 86_400) }
        )
        #expect(until == Self.now + .seconds(days * 86_400))
    }

    @Test("A token that was changed anywhere is none of ours, nor is another vault's")
    func tampering() throws {
        let links = try links()
        let token = try links.token(Self.content).exposed
        let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")
        for index in token.indices {
            for letter in [letters[0], letters[1], letters[63]] where letter != token[index] {
                var other = token
                other.replaceSubrange(index...index, with: String(letter))
                #expect(code(links, other, at: Self.now) == "invalid-approval-link")
            }
        }
        for other in ["", "x", String(token.dropLast()), token + "A", token + "=", " " + token] {
            #expect(code(links, other, at: Self.now) == "invalid-approval-link")
        }
        #expect(code(try self.links(2), token, at: Self.now) == "invalid-approval-link")
    }

    @Test("A code for another purpose proves nothing")
    func purposes() throws {
        let vault = try Vault(key: Array(repeating: 1, count: 32))
        let code = try vault.code(of: [1, 2, 3], for: "a")
        #expect(try vault.proves(code, [1, 2, 3], for: "a"))
        #expect(try !vault.proves(code, [1, 2, 3], for: "b"))
        #expect(try !vault.proves(code, [1, 2], for: "a"))
        #expect(try !vault.proves(Array(code.dropLast()), [1, 2, 3], for: "a"))
        // RFC 5869's extract and expand, one block, then RFC 2104, put together by hand.
        let extracted = try Authentication.hmac256(
            key: [],
            Array(repeating: 1, count: 32)
        )
        let key = try Authentication.hmac256(key: extracted, Array("code:a".utf8) + [1])
        #expect(try Authentication.hmac256(key: key, [1, 2, 3]) == code)
    }
}
