import Core

/// A picture of a date and time, as XPath's format-dateTime has it (F&O 3.1 section 9.8), with `X` and `x` for
/// the year and the month that a week belongs to.
struct DateTimePicture {
    enum Part {
        case literal(String)
        case marker(Marker)
    }

    /// One component and how it is written.
    struct Marker {
        let component: Character
        var presentation: String
        var second: Character?
        var least: Int?
        var most: Int?
        /// How a name is written, where it is one.
        var names: IntegerPicture.Case?
        var integer: IntegerPicture?
        /// How many digits of the year are shown; nil for all.
        var yearDigits: Int?
    }

    private(set) var parts: [Part] = []

    static let days = [
        "", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday",
    ]
    static let months = [
        "January", "February", "March", "April", "May", "June", "July", "August", "September",
        "October", "November", "December",
    ]

    private static let defaults: [Character: String] = [
        "Y": "1", "M": "1", "D": "1", "d": "1", "F": "n", "W": "1", "w": "1", "X": "1", "x": "1",
        "H": "1", "h": "1", "P": "n", "m": "01", "s": "01", "f": "1", "Z": "01:01", "z": "01:01",
        "C": "n", "E": "n",
    ]

    private static let numeric = Set("YMDdFWwXxHhmsf")

    /// Reads a picture.
    init(_ picture: String) throws(Failure) {
        let source = Array(picture)
        var literal: [Character] = []
        var at = 0
        while at < source.count {
            guard source[at] == "[" else {
                literal.append(source[at])
                at += 1
                continue
            }
            if at + 1 < source.count, source[at + 1] == "[" {
                addLiteral(&literal)
                parts.append(.literal("["))
                at += 2
                continue
            }
            addLiteral(&literal)
            guard let end = source[at...].firstIndex(of: "]") else { throw Failure("D3135") }
            let text = source[(at + 1)..<end].filter { !$0.isWhitespace }
            try add(Array(text))
            at = end + 1
        }
        addLiteral(&literal)
    }

    private mutating func addLiteral(_ literal: inout [Character]) {
        guard !literal.isEmpty else { return }
        // A closing bracket is doubled.
        var text = ""
        var isOpen = false
        for character in literal {
            if character == "]", isOpen {
                isOpen = false
                continue
            }
            isOpen = character == "]"
            text.append(character)
        }
        parts.append(.literal(text))
        literal = []
    }

    private mutating func add(_ text: [Character]) throws(Failure) {
        guard let component = text.first else {
            throw Failure("D3132", value: "")
        }
        var marker = Marker(component: component, presentation: "")
        var presentation = Array(text.dropFirst())
        if let comma = presentation.lastIndex(of: ",") {
            let width = presentation[(comma + 1)...].split(
                separator: "-",
                maxSplits: 1,
                omittingEmptySubsequences: false
            )
            marker.least = width.first.flatMap { Self.leadingNumber($0) }
            marker.most = width.count > 1 ? Self.leadingNumber(width[1]) : nil
            presentation = Array(presentation[..<comma])
        }
        if presentation.count > 1, let last = presentation.last, "atco".contains(last) {
            marker.second = last
            presentation.removeLast()
        }
        marker.presentation = String(presentation)
        if presentation.isEmpty {
            guard let standard = Self.defaults[component] else {
                throw Failure("D3132", value: .string(String(component)))
            }
            marker.presentation = standard
        }
        try complete(&marker)
        parts.append(.marker(marker))
    }

    private static func leadingNumber(_ text: some Sequence<Character>) -> Int? {
        Int(String(text.prefix { $0.isASCII && $0.isNumber })).map { min($0, 1_000) }
    }

    private mutating func complete(_ marker: inout Marker) throws(Failure) {
        if marker.presentation.hasPrefix("n") {
            marker.names = .lower
        } else if marker.presentation.hasPrefix("N") {
            marker.names = marker.presentation.dropFirst().hasPrefix("n") ? .title : .upper
        } else if Self.numeric.contains(marker.component) {
            let second = marker.second.map { ";" + String($0) } ?? ""
            var integer = try IntegerPicture(marker.presentation + second)
            if let least = marker.least, integer.mandatoryDigits < least, integer.isDecimal {
                integer.mandatoryDigits = least
            }
            if marker.component == "Y" {
                if let most = marker.most {
                    marker.yearDigits = most
                    integer.mandatoryDigits = most
                } else if integer.mandatoryDigits + integer.optionalDigits >= 2 {
                    marker.yearDigits = integer.mandatoryDigits + integer.optionalDigits
                }
            }
            marker.integer = integer
            // Two numbers in a row: of the first, exactly its digits are read.
            if case .marker(var previous)? = parts.last, var number = previous.integer {
                number.parseWidth = number.isDecimal ? number.mandatoryDigits : nil
                previous.integer = number
                parts[parts.count - 1] = .marker(previous)
            }
        }
        if marker.component == "Z" || marker.component == "z" {
            marker.integer = try IntegerPicture(marker.presentation)
        }
    }
}
