import Core
import Search

/// What people write to filter by: `field=value` with commas between, a value perhaps in quotes.
enum FilterText {
    /// Reads filters.
    ///
    /// - Parameter text: a value that begins with a quote ends with one, and `""` within it is a quote.
    /// - Returns: one filter for each field; values of one field are alternatives.
    /// - Throws: `SearchError` of code `invalid-query`.
    static func filters(_ text: String) throws(SearchError) -> [SearchFilter] {
        var values: [(field: String, values: [JSON])] = []
        for (field, value) in try pairs(text) {
            if let known = values.firstIndex(where: { $0.field == field }) {
                values[known].values.append(.string(value))
            } else {
                values.append((field, [.string(value)]))
            }
        }
        guard values.count <= 16 else { throw fault("at most 16 fields can be filtered") }
        return values.map { SearchFilter.any($0.field, $0.values) }
    }

    private static func pairs(_ text: String) throws(SearchError) -> [(String, String)] {
        var pairs: [(String, String)] = []
        var rest = Substring(text)
        while !rest.isEmpty {
            if rest.first == "," {
                rest.removeFirst()
                continue
            }
            let field = rest.prefix { $0 != "=" && $0 != "," }
            guard !field.isEmpty, rest.dropFirst(field.count).first == "=" else {
                throw fault("\"\(field.prefix(60))\" is no filter; expected field=value")
            }
            rest = rest.dropFirst(field.count + 1)
            if rest.first == "\"" {
                pairs.append((String(field), try quoted(&rest, of: field)))
            } else {
                let value = rest.prefix { $0 != "," }
                rest = rest.dropFirst(value.count)
                pairs.append((String(field), String(value)))
            }
        }
        return pairs
    }

    private static func quoted(
        _ rest: inout Substring,
        of field: Substring
    ) throws(SearchError) -> String {
        var value = ""
        rest.removeFirst()
        while let character = rest.popFirst() {
            if character != "\"" {
                value.append(character)
            } else if rest.first == "\"" {
                value.append("\"")
                rest.removeFirst()
            } else if rest.isEmpty || rest.first == "," {
                return value
            } else {
                throw fault(
                    "the value of \(field.prefix(60)) goes on behind its quotes; expected a comma, and "
                        + "\"\" for a quote within"
                )
            }
        }
        throw fault("the quotes of the value of \(field.prefix(60)) are not closed")
    }

    private static func fault(_ message: String) -> SearchError {
        SearchError(.invalidQuery, message, pointer: "/filter")
    }
}
