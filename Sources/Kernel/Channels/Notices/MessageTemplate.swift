/// Text with placeholders: `Order {{reference}} is booked`.
///
/// Nothing but placeholders: no conditions, loops or expressions, so a template that an organisation wrote
/// can neither fail nor run away nor reach what it was not given. What is put in is plain text; each
/// channel escapes the whole for its own format afterwards.
struct MessageTemplate: Sendable, Hashable {
    private enum Piece: Sendable, Hashable {
        case text(String)
        case placeholder(String)
    }

    private let pieces: [Piece]

    /// Reads a template that may use `names`.
    ///
    /// - Parameters:
    ///   - text: the template.
    ///   - names: the placeholders there are.
    ///   - pointer: where the template stands in the input.
    /// - Throws: `ChannelError` of code `invalid-template`.
    init(_ text: String, names: [String], at pointer: String) throws(ChannelError) {
        var pieces: [Piece] = []
        var rest = text[...]
        while let open = rest.firstRange(of: "{{") {
            if open.lowerBound > rest.startIndex {
                pieces.append(.text(String(rest[..<open.lowerBound])))
            }
            rest = rest[open.upperBound...]
            guard let close = rest.firstRange(of: "}}") else {
                throw ChannelError(
                    .invalidTemplate,
                    "a placeholder {{… has no }}",
                    pointer: pointer
                )
            }
            let inside = rest[..<close.lowerBound]
            let name = inside.split(separator: " ").joined(separator: " ")
            guard names.contains(name) else {
                let known = names.map { "{{\($0)}}" }.joined(separator: ", ")
                throw ChannelError(
                    .invalidTemplate,
                    "there is no placeholder {{\(name.prefix(40))}}; there are \(known)",
                    pointer: pointer
                )
            }
            pieces.append(.placeholder(name))
            rest = rest[close.upperBound...]
        }
        if !rest.isEmpty { pieces.append(.text(String(rest))) }
        self.pieces = pieces
    }

    /// The text with the values put in; what has no value is left out.
    func text(_ values: [String: String]) -> String {
        pieces.map { piece in
            switch piece {
            case .text(let text): text
            case .placeholder(let name): values[name] ?? ""
            }
        }.joined()
    }
}
