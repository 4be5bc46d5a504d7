import Core

/// A name of a provider or a model, as agents and commands say it.
enum ModelName {
    /// The name, when it is one.
    ///
    /// - Throws: `ModelsError` of code `invalid-setting`.
    static func checked(_ input: JSONReader) throws -> String {
        let name = try input.string(length: 1...64)
        let isPlain = name.utf8.allSatisfy { byte in
            switch byte {
            case 0x61...0x7A, 0x30...0x39, 0x2D, 0x2E, 0x5F: true
            default: false
            }
        }
        guard isPlain, name.first?.isLetter == true else {
            throw ModelsError(
                .invalidSetting,
                "expected a name that begins with a letter, in a-z, 0-9, dots, hyphens and underscores",
                pointer: input.pointer
            )
        }
        return name
    }
}
