/// Text as a part of a pattern of SQL's LIKE, with `!` as the escape character.
enum LikePattern {
    static func escaped(_ text: String) -> String {
        text.reduce(into: "") { pattern, character in
            if character == "%" || character == "_" || character == "!" { pattern.append("!") }
            pattern.append(character)
        }
    }
}
