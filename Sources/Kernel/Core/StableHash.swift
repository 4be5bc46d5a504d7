/// FNV-1a with 64 bits (Fowler, Noll and Vo): the same on every machine and run; not for secrets.
public func fnv1a64(_ bytes: some Sequence<UInt8>) -> UInt64 {
    bytes.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
}

extension JSONObject: ExpressibleByDictionaryLiteral {
    /// An object of the given members.
    public init(dictionaryLiteral elements: (String, JSON)...) { self.init(elements) }
}
