import Core
import Glibc

/// A personal value as text that can stand wherever JSON has a string, also inside a longer one:
/// `enc:v1:<kind>:<id>:<field>:<base64url>;`, or `…:<base64url>:<base64url>;`.
///
/// The first part in base64url is nonce, ciphertext and tag of the value as JSON; the second, where it
/// is there, is what the value reads as once the person is erased, as JSON in clear. Person, field, organisation
/// and that form are authenticated with it. The semicolon ends the text wherever it stands, and is
/// rare enough in JSON that text without any is known at once to hold nothing sealed.
struct SealedText: Sendable {
    /// What every sealed text begins with.
    static let prefix = "enc:v1:"
    /// A sealed text is not longer than this, so that looking for its end is bounded.
    static let longest = 1 << 20

    var subject: DataSubject
    var field: String
    var sealed: [UInt8]
    /// What it reads as when the key is gone.
    var erased: JSON

    init(subject: DataSubject, field: String, sealed: [UInt8], erased: JSON) {
        self.subject = subject
        self.field = field
        self.sealed = sealed
        self.erased = erased
    }

    /// Reads the whole of a text; nil when it is anything else.
    init?(_ text: some StringProtocol) {
        guard text.hasPrefix(Self.prefix), text.hasSuffix(";") else { return nil }
        let parts = text.dropFirst(Self.prefix.count).dropLast()
            .split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 4 || parts.count == 5,
            let subject = DataSubject(kind: String(parts[0]), id: parts[1]),
            Self.isField(String(parts[2])), let sealed = Base64.decodeForURL(parts[3])
        else { return nil }
        var erased = Privacy.erasedText
        if parts.count == 5 {
            guard let bytes = Base64.decodeForURL(parts[4]), let json = try? JSON(parsing: bytes)
            else { return nil }
            erased = json
        }
        self.init(subject: subject, field: String(parts[2]), sealed: sealed, erased: erased)
    }

    var text: String {
        let start = "\(Self.prefix)\(subject):\(field):\(Base64.encodeForURL(sealed))"
        return erased == Privacy.erasedText
            ? start + ";" : "\(start):\(Base64.encodeForURL(erased.bytes()));"
    }

    /// What is authenticated beside the value.
    static func associated(
        _ organisation: ID<Organisation>,
        _ subject: DataSubject,
        _ field: String,
        _ erased: JSON
    ) -> [UInt8] {
        var text = "weft person v1\0\(organisation)\0\(subject)\0\(field)\0"
        if erased != Privacy.erasedText { text += erased.text(.canonical) }
        return Array(text.utf8)
    }

    /// Whether a field's name can stand in the text: letters, digits, dots and hyphens, 1 to 64.
    static func isField(_ name: String) -> Bool {
        (1...64).contains(name.utf8.count)
            && name.utf8.allSatisfy { byte in
                (0x61...0x7A).contains(byte) || (0x41...0x5A).contains(byte)
                    || (0x30...0x39).contains(byte) || byte == UInt8(ascii: ".")
                    || byte == UInt8(ascii: "-")
            }
    }

    // MARK: Looking for it

    /// Whether there may be a sealed text in these bytes.
    static func isIn(_ bytes: UnsafeRawBufferPointer) -> Bool {
        guard let base = bytes.baseAddress, memchr(base, 0x3B, bytes.count) != nil else {
            return false
        }
        return find(in: bytes, from: 0) != nil
    }

    static func isIn(_ text: String) -> Bool {
        guard text.utf8.count > prefix.utf8.count else { return false }
        var text = text
        return text.withUTF8 { isIn(UnsafeRawBufferPointer($0)) }
    }

    static func isIn(_ json: JSON) -> Bool {
        switch json {
        case .string(let text): isIn(text)
        case .array(let elements): elements.contains(where: isIn)
        case .object(let object): object.contains { isIn($0.value) }
        case .null, .bool, .number: false
        }
    }

    /// The text with every sealed one in it replaced by what `body` gives for it.
    static func replacing(
        in text: String,
        _ body: (SealedText) throws -> String
    ) rethrows -> String {
        let bytes = Array(text.utf8)
        var out = ""
        var done = 0
        var at = 0
        while let start = find(in: bytes, from: at) {
            let limit = min(bytes.count, start + longest)
            guard let end = bytes[start..<limit].firstIndex(of: UInt8(ascii: ";")) else { break }
            guard let found = SealedText(String(decoding: bytes[start...end], as: UTF8.self)) else {
                // Somebody's words that only begin like one.
                at = start + 1
                continue
            }
            out += String(decoding: bytes[done..<start], as: UTF8.self)
            out += try body(found)
            done = end + 1
            at = done
        }
        return done == 0 ? text : out + String(decoding: bytes[done...], as: UTF8.self)
    }

    private static func find(in bytes: [UInt8], from start: Int) -> Int? {
        bytes.withUnsafeBytes { find(in: $0, from: start) }
    }

    /// Where the next prefix begins: its rarest letter is looked for.
    private static func find(in bytes: UnsafeRawBufferPointer, from start: Int) -> Int? {
        guard let base = bytes.baseAddress else { return nil }
        let count = prefix.utf8.count
        var at = start + rarest
        while at < bytes.count, let found = memchr(base + at, 0x76, bytes.count - at) {
            let place = UnsafeRawPointer(found) - base - rarest
            if place + count <= bytes.count,
                bytes[place..<place + count].elementsEqual(prefix.utf8)
            {
                return place
            }
            at = place + rarest + 1
        }
        return nil
    }

    /// The place of the `v` in the prefix.
    private static let rarest = 4
}
