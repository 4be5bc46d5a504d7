public import Core

/// Money in millionths of a currency, as decimal text outside.
public enum Micros {
    /// The most that is read: a million million units.
    static let largest = 1_000_000_000_000 * 1_000_000

    /// The decimal text, without needless zeros but with two places at least: `3.00`, `0.075`.
    public static func text(_ micros: Int) -> String {
        let whole = micros.magnitude / 1_000_000
        var fraction = String(micros.magnitude % 1_000_000)
        fraction = String(repeating: "0", count: 6 - fraction.utf8.count) + fraction
        while fraction.utf8.count > 2, fraction.hasSuffix("0") { fraction.removeLast() }
        return "\(micros < 0 ? "-" : "")\(whole).\(fraction)"
    }

    /// Reads a decimal that is not negative, of at most six places; nil for anything else.
    public static func read(_ text: String) -> Int? {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard (1...2).contains(parts.count), (1...13).contains(parts[0].utf8.count),
            parts.allSatisfy({ $0.utf8.allSatisfy { (0x30...0x39).contains($0) } }),
            let whole = Int(parts[0])
        else { return nil }
        guard parts.count == 2 else {
            return whole <= largest / 1_000_000 ? whole * 1_000_000 : nil
        }
        guard (1...6).contains(parts[1].utf8.count),
            let fraction = Int(parts[1] + String(repeating: "0", count: 6 - parts[1].utf8.count)),
            whole < largest / 1_000_000
        else { return nil }
        return whole * 1_000_000 + fraction
    }

    /// The schema of such a decimal.
    public static let shape: JSON = [
        "type": "string", "minLength": 1, "maxLength": 20,
        "description": "A decimal with at most six places, for instance 3.00.",
    ]
}

extension JSONReader {
    /// The money that the text spells.
    ///
    /// - Throws: `ModelsError` of code `invalid-setting`, or a fault about the type.
    func micros() throws -> Int {
        let text = try string(length: 1...20)
        guard let micros = Micros.read(text) else {
            throw ModelsError(
                .invalidSetting,
                "expected an amount such as \"3.00\", not negative and with at most six places",
                pointer: pointer
            )
        }
        return micros
    }
}
