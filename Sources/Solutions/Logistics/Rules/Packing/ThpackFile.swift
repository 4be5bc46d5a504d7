import Core

/// Reads container-loading problems in the text format of the OR-Library (`thpack1.txt` …).
///
/// The file is whole numbers separated by white space: the number of problems; per problem its
/// number and seed; the container's length, width and height; the number of kinds; per kind its
/// number, then each dimension followed by 1 when it may stand upright, and the quantity.
/// (Bischoff & Ratcliff, Omega 23(4), 1995; http://people.brunel.ac.uk/~mastjjb/jeb/orlib/thpackinfo.html)
public enum ThpackFile {
    /// The problem with the number `wanted`, from 1 in the file's order; items are named by their
    /// number in the file.
    public static func problem(_ wanted: Int, in text: [UInt8]) throws(PackingError) -> LoadProblem
    {
        var scanner = Scanner(text)
        let count = try scanner.number("the number of problems")
        guard count >= 1, (1...count).contains(wanted) else {
            throw PackingError(
                "no-such-problem",
                "the file has problems 1 to \(count), not \(wanted)",
                kind: .notFound
            )
        }
        for current in 1...wanted {
            _ = try scanner.number("the number of problem \(current)")
            _ = try scanner.number("the seed of problem \(current)")
            let problem = try readProblem(&scanner, current)
            if current == wanted { return problem }
        }
        throw PackingError("no-such-problem", "the file has no problem \(wanted)", kind: .notFound)
    }

    private static func readProblem(_ scanner: inout Scanner, _ number: Int) throws(PackingError)
        -> LoadProblem
    {
        let space = CargoSpace(
            length: try scanner.number("the container's length"),
            width: try scanner.number("the container's width"),
            height: try scanner.number("the container's height")
        )
        let kinds = try scanner.number("the number of kinds of box")
        guard (0...LoadProblem.mostItems).contains(kinds) else {
            throw scanner.error("problem \(number) claims \(kinds) kinds of box")
        }
        var items: [CargoItem] = []
        for kind in 0..<kinds {
            let id = try scanner.number("the number of kind \(kind + 1)")
            var sizes: [Int] = []
            var upright: UprightDimensions = []
            let names = ["length", "width", "height"]
            let bits: [UprightDimensions] = [.length, .width, .height]
            for at in 0..<3 {
                sizes.append(try scanner.number("the \(names[at]) of kind \(id)"))
                let flag = try scanner.number("the \(names[at]) flag of kind \(id)")
                guard flag == 0 || flag == 1 else {
                    throw scanner.error(
                        "the \(names[at]) flag of kind \(id) is \(flag), not 0 or 1"
                    )
                }
                if flag == 1 { upright.insert(bits[at]) }
            }
            items.append(
                CargoItem(
                    id: String(id),
                    length: sizes[0],
                    width: sizes[1],
                    height: sizes[2],
                    upright: upright,
                    quantity: try scanner.number("the quantity of kind \(id)")
                )
            )
        }
        return LoadProblem(space: space, items: items)
    }

    private struct Scanner {
        let text: [UInt8]
        var at = 0
        var line = 1

        init(_ text: [UInt8]) { self.text = text }

        func error(_ message: String) -> PackingError {
            PackingError("malformed", "line \(line): \(message)", kind: .malformed)
        }

        mutating func number(_ what: String) throws(PackingError) -> Int {
            while at < text.count, text[at] <= 0x20 {
                if text[at] == 0x0A { line += 1 }
                at += 1
            }
            let start = at
            while at < text.count, text[at] > 0x20 { at += 1 }
            let word = String(decoding: text[start..<at], as: UTF8.self)
            guard !word.isEmpty else { throw error("the file ends where \(what) is expected") }
            guard let value = Int(word) else {
                throw error("expected \(what), a whole number, found \"\(word.prefix(40))\"")
            }
            return value
        }
    }
}
