import Core

/// What goods are in one word, such as `food`, so that some can be kept apart from others.
///
/// An organisation may use any words; the standard rules know the constants here.
public enum GoodsClass {
    /// Food and other articles of consumption.
    public static let food = "food"
    /// Animal feed.
    public static let feed = "feed"
    /// Chemicals that are no dangerous goods.
    public static let chemicals = "chemicals"
    /// Dangerous goods.
    public static let dangerous = "dangerous"

    /// The longest word, in characters.
    static let longest = 40

    static let schema: JSON = [
        "type": "string", "minLength": 1, "maxLength": .int(longest),
        "description": "Small letters and digits with single hyphens, such as dangerous-goods.",
    ]
}

extension JSONReader {
    /// A word in kebab case that begins with a letter.
    func goodsClass() throws(GeneralFault) -> String {
        let text = try string(length: 1...GoodsClass.longest)
        let isWord = text.split(separator: "-", omittingEmptySubsequences: false).allSatisfy {
            !$0.isEmpty
                && $0.utf8.allSatisfy {
                    (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0)
                        || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0)
                }
        }
        guard isWord, text.utf8.first.map({ $0 >= UInt8(ascii: "a") }) ?? false else {
            throw fault(
                "expected small letters and digits with single hyphens, such as \"food\" or "
                    + "\"dangerous-goods\", found \"\(text)\""
            )
        }
        return text
    }
}
