import COpenSSL
public import Core

/// Encrypts small secrets that the store has to keep: AES-256-GCM under a key in the key folder.
///
/// Whoever has a copy of the store alone, or of the key alone, can read nothing.
public struct SealingKey: Sendable, CustomStringConvertible {
    /// The name of the key's file.
    static let fileName = "sealing-key"
    private static let prefix = "v1."

    private let bytes: [UInt8]

    private init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// A new key.
    public static func generate(random: any RandomSource) -> SealingKey {
        SealingKey(random.bytes(32))
    }

    /// The key in the folder's `sealing-key`, made there when there is none.
    ///
    /// - Throws: `IdentityError` of code `signingKey` when the file is no such key, or others may read it.
    public static func loadOrCreate(
        folder: String,
        random: any RandomSource
    ) throws(IdentityError) -> SealingKey {
        let path = folder + "/" + fileName
        if let key = try load(path) { return key }
        let text = Base64URL.encode(random.bytes(32)) + "\n"
        try PrivateFile.create(Array(text.utf8), at: path)
        guard let kept = try load(path) else {
            throw IdentityError(.signingKey, "\(path) vanished")
        }
        return kept
    }

    private static func load(_ path: String) throws(IdentityError) -> SealingKey? {
        guard let text = try PrivateFile.read(path) else { return nil }
        guard let bytes = Base64URL.decode(text.filter { $0 != 0x0A }), bytes.count == 32 else {
            throw IdentityError(.signingKey, "\(path) holds no key of 32 bytes in base64url")
        }
        return SealingKey(bytes)
    }

    /// `redacted`.
    public var description: String { "redacted" }

    /// Encrypts a text.
    ///
    /// - Parameters:
    ///   - text: what is to be kept secret.
    ///   - purpose: what it is and whose; the same is needed to open it, so that nothing sealed for one
    ///     place can be put into another.
    ///   - random: makes the nonce.
    /// - Throws: `IdentityError` of code `cryptography`.
    public func seal(
        _ text: Secret,
        for purpose: String,
        random: any RandomSource
    ) throws(IdentityError) -> String {
        let plain = Array(text.exposed.utf8)
        let bound = Array(purpose.utf8)
        let nonce = random.bytes(12)
        var sealed = [UInt8](repeating: 0, count: plain.count + 16)
        guard
            weft_seal(bytes, nonce, bound, Int32(bound.count), plain, Int32(plain.count), &sealed)
                == 1
        else { throw OpenSSL.failure("encrypting") }
        return Self.prefix + Base64URL.encode(nonce + sealed)
    }

    /// Decrypts what `seal` made for the same purpose; nil for anything else.
    public func open(_ sealed: String, for purpose: String) -> Secret? {
        guard sealed.hasPrefix(Self.prefix), sealed.utf8.count <= 16_384,
            let all = Base64URL.decode(sealed.utf8.dropFirst(Self.prefix.utf8.count)),
            all.count >= 28
        else { return nil }
        let bound = Array(purpose.utf8)
        let rest = Array(all.dropFirst(12))
        var plain = [UInt8](repeating: 0, count: rest.count)
        guard
            weft_open(
                bytes,
                Array(all.prefix(12)),
                bound,
                Int32(bound.count),
                rest,
                Int32(rest.count),
                &plain
            ) == 1
        else { return nil }
        return Secret(String(decoding: plain.prefix(rest.count - 16), as: UTF8.self))
    }
}

extension RandomSource {
    /// So many random bytes.
    func bytes(_ count: Int) -> [UInt8] {
        var bytes: [UInt8] = []
        while bytes.count < count {
            withUnsafeBytes(of: next().bigEndian) { bytes.append(contentsOf: $0) }
        }
        return Array(bytes.prefix(count))
    }

    /// 256 random bits as 43 characters of base64url: enough that a plain hash protects them at rest.
    func token() -> String { Base64URL.encode(bytes(32)) }
}
