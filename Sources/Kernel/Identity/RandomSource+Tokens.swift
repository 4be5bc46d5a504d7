import Core

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
    func token() -> String { Base64.encodeForURL(bytes(32)) }
}
