/// The name of an object within its organisation, for instance `loads/2026/11/plan.json`.
///
/// At most 512 bytes of UTF-8 in segments between slashes; no segment is empty, `.` or `..`, and there
/// are no control characters and no backslashes, so that a key is safe as a path anywhere.
public struct ObjectKey: Sendable, Hashable, CustomStringConvertible {
    /// The text.
    public let text: String

    /// Checks a key.
    ///
    /// - Throws: `ObjectError` of code `invalidKey`.
    public init(_ text: String) throws(ObjectError) {
        guard (1...512).contains(text.utf8.count) else {
            throw Self.refusal("an object's key has 1 to 512 bytes")
        }
        guard
            text.unicodeScalars.allSatisfy({
                $0.properties.generalCategory != .control && $0 != "\\"
                    && !$0.properties.isNoncharacterCodePoint
            })
        else {
            throw Self.refusal("an object's key has no control characters and no backslash")
        }
        let segments = text.utf8.split(
            separator: UInt8(ascii: "/"),
            omittingEmptySubsequences: false
        )
        guard
            segments.allSatisfy({
                !$0.isEmpty && !$0.elementsEqual(".".utf8) && !$0.elementsEqual("..".utf8)
            })
        else {
            throw Self.refusal(
                "an object's key has no leading or double slash, no \".\" and \"..\""
            )
        }
        self.text = text
    }

    /// The text.
    public var description: String { text }

    private static func refusal(_ message: String) -> ObjectError {
        ObjectError(.invalidKey, message, pointer: "/key")
    }
}
