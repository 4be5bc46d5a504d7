/// The name of a variable, compared by its hash first.
struct Name: Sendable, Hashable {
    let text: String
    private let code: Int

    init(_ text: String) {
        self.text = text
        var code: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in text.utf8 {
            code = (code ^ UInt64(byte)) &* 0x100_0000_01B3
        }
        self.code = Int(truncatingIfNeeded: code)
    }

    @inline(__always)
    static func == (first: Name, second: Name) -> Bool {
        first.code == second.code && first.text == second.text
    }

    func hash(into hasher: inout Hasher) { hasher.combine(code) }
}
