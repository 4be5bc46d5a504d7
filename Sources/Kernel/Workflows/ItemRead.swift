public import Core

/// The next items of a distributed Map, to be read from where its `ItemReader` says.
///
/// It comes as a `ScheduledTask` whose purpose is `readItems`; `page(of:)` does what can be done
/// without a store, and the page's `json` is the answer.
public struct ItemRead: Sendable, Hashable {
    /// How the items are written.
    public enum Format: String, Sendable, CaseIterable {
        /// A JSON array, or an object whose members become `{"Key","Value"}`.
        case json
        /// Comma-separated values with a row of headers (RFC 4180).
        case csv
        /// One JSON value a line.
        case jsonLines
        /// A list of objects to be read in turn: an S3 inventory's `manifest.json`.
        case manifest
        /// The objects under a prefix themselves.
        case objectList
    }

    /// `Resource` of the reader, for instance `arn:aws:states:::s3:getObject`.
    public var resource: String
    /// What the reader's `Parameters` or `Arguments` gave, for instance `Bucket` and `Key`.
    public var parameters: JSON
    /// How the items are written.
    public var format: Format
    /// The names of the columns of CSV; nil when the first row has them.
    public var headers: [String]?
    /// What separates the columns of CSV.
    public var delimiter: String
    /// JSON Pointer to the items within a JSON document; nil for the document itself.
    public var pointer: String?
    /// Where to go on, as the page before told; 0 at first.
    public var cursor: Int
    /// What the page before told besides, for instance the version of the object that it read, so
    /// that all pages are of the same one; nil at first.
    public var token: String?
    /// How many items are wanted at most.
    public var limit: Int

    /// The read as JSON.
    public var json: JSON {
        var object = JSONObject([
            ("resource", .string(resource)), ("parameters", parameters),
            ("format", .string(format.rawValue)), ("delimiter", .string(delimiter)),
            ("cursor", .int(cursor)), ("limit", .int(limit)),
        ])
        object["headers"] = headers.map { .array($0.map { .string($0) }) }
        object["pointer"] = pointer.map { .string($0) }
        object["token"] = token.map { .string($0) }
        return .object(object)
    }

    /// Reads back what `json` gave.
    ///
    /// - Throws: `GeneralFault` naming what does not fit.
    public init(_ json: JSON) throws(GeneralFault) {
        let reader = JSONReader(json)
        resource = try reader.member("resource").string()
        parameters = json["parameters"] ?? .null
        format = try reader.member("format").choice(Format.self)
        delimiter = try reader.member("delimiter").string()
        cursor = try reader.member("cursor").int()
        limit = try reader.member("limit").int()
        headers = json["headers"]?.array?.compactMap(\.string)
        pointer = json["pointer"]?.string
        token = json["token"]?.string
    }

    init(
        _ reader: DistributedMap.Reader,
        parameters: JSON,
        cursor: Int,
        token: String? = nil,
        limit: Int
    ) {
        resource = reader.resource
        self.parameters = parameters
        format = reader.format
        headers = reader.headers
        delimiter = reader.delimiter
        pointer = reader.pointer
        self.cursor = cursor
        self.token = token
        self.limit = limit
    }
}

/// Some items that were read, and where the next ones are.
public struct ItemPage: Sendable, Hashable {
    /// The items, in order.
    public var items: [JSON]
    /// Where the next page begins; nil after the last one.
    public var next: Int?
    /// What the next page's read is told besides; nil for nothing.
    public var token: String?

    /// A page.
    public init(items: [JSON], next: Int?, token: String? = nil) {
        self.items = items
        self.next = next
        self.token = token
    }

    /// The page as `{"items","next","token"}`: what a task of purpose `readItems` answers.
    public var json: JSON {
        var object = JSONObject([("items", .array(items))])
        object["next"] = next.map { .int($0) }
        object["token"] = token.map { .string($0) }
        return .object(object)
    }

    /// Reads back what `json` gave, nil when it is something else.
    init?(_ json: JSON) {
        guard let items = json["items"]?.array else { return nil }
        self.init(items: items, next: json["next"]?.int, token: json["token"]?.string)
    }
}

/// Why items could not be read; the cause of `States.ItemReaderFailed`.
public struct ItemFault: Error, Sendable, Hashable {
    /// What was wrong.
    public var message: String

    /// A fault with its message.
    public init(message: String) { self.message = message }
}

extension ItemRead {
    /// The wanted items of a document.
    ///
    /// - Parameter bytes: the whole document.
    /// - Returns: a page from the cursor on, and where the next one begins.
    /// - Throws: `ItemFault` when the document is not in the format.
    public func page(of bytes: [UInt8]) throws(ItemFault) -> ItemPage {
        switch format {
        case .json, .objectList: try elements(bytes)
        case .jsonLines: try lines(bytes)
        case .csv: try rows(bytes)
        case .manifest: try objects(bytes)
        }
    }

    private func page(_ items: [JSON]) -> ItemPage {
        let start = min(cursor, items.count)
        let end = min(items.count, start + limit)
        return ItemPage(items: Array(items[start..<end]), next: end < items.count ? end : nil)
    }

    private func elements(_ bytes: [UInt8]) throws(ItemFault) -> ItemPage {
        try page(of: try parsed(bytes[...]))
    }

    /// The wanted items of a JSON document.
    public func page(of document: JSON) throws(ItemFault) -> ItemPage {
        var value = document
        for token in (pointer ?? "").split(separator: "/", omittingEmptySubsequences: false)
            .dropFirst()
        {
            let key = String(token).replacing("~1", with: "/").replacing("~0", with: "~")
            guard let inner = value[key] ?? Int(key).flatMap({ value[$0] as JSON? }) else {
                throw ItemFault(message: "The ItemsPointer '\(pointer ?? "")' finds nothing.")
            }
            value = inner
        }
        switch value {
        case .array(let items): return page(items)
        case .object(let object):
            return page(object.map { ["Key": .string($0.key), "Value": $0.value] })
        default: throw ItemFault(message: "Attempting to map over non-iterable node.")
        }
    }

    private func parsed(_ bytes: ArraySlice<UInt8>) throws(ItemFault) -> JSON {
        do throws(JSONSyntaxError) {
            return try JSON(parsing: bytes)
        } catch {
            throw ItemFault(message: "The item source is not JSON: \(error)")
        }
    }

    /// The cursor is an offset in bytes.
    private func lines(_ bytes: [UInt8]) throws(ItemFault) -> ItemPage {
        var items: [JSON] = []
        var at = min(cursor, bytes.count)
        while at < bytes.count, items.count < limit {
            let end = bytes[at...].firstIndex(of: UInt8(ascii: "\n")) ?? bytes.count
            let line = bytes[at..<end]
            if line.contains(where: { $0 > 0x20 }) { items.append(try parsed(line)) }
            at = end + 1
        }
        return ItemPage(items: items, next: at < bytes.count ? at : nil)
    }

    /// An inventory's manifest names its data files; the objects of one that is given in line are
    /// the items.
    private func objects(_ bytes: [UInt8]) throws(ItemFault) -> ItemPage {
        let document = try parsed(bytes[...])
        guard let items = document.array ?? document["files"]?.array else {
            throw ItemFault(message: "The manifest has no \"files\".")
        }
        return page(items)
    }

    /// The cursor is an offset in bytes, past the row of headers.
    private func rows(_ bytes: [UInt8]) throws(ItemFault) -> ItemPage {
        var table = CSVRows(bytes, delimiter: delimiter.utf8.first ?? UInt8(ascii: ","))
        var names = headers
        if names == nil { names = table.next() }
        guard let names, !names.isEmpty else { return ItemPage(items: [], next: nil) }
        guard Set(names).count == names.count else {
            throw ItemFault(message: "CSV headers cannot contain duplicates.")
        }
        if cursor > 0 { table.at = min(cursor, bytes.count) }
        var items: [JSON] = []
        while items.count < limit, let row = table.next() {
            var item = JSONObject()
            for (at, name) in names.enumerated() {
                item[name] = .string(at < row.count ? row[at] : "")
            }
            items.append(.object(item))
        }
        return ItemPage(items: items, next: table.atEnd ? nil : table.at)
    }
}

/// The rows of a CSV document, by RFC 4180; line ends may be LF alone, blank lines are left out.
struct CSVRows {
    let bytes: [UInt8]
    let delimiter: UInt8
    var at = 0

    init(_ bytes: [UInt8], delimiter: UInt8) {
        self.bytes = bytes
        self.delimiter = delimiter
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { at = 3 }
    }

    var atEnd: Bool { at >= bytes.count }

    mutating func next() -> [String]? {
        while !atEnd {
            let start = at
            let row = line()
            if row.count > 1 || !row[0].isEmpty || bytes[start] == UInt8(ascii: "\"") { return row }
        }
        return nil
    }

    private mutating func line() -> [String] {
        var row: [String] = []
        var field: [UInt8] = []
        var isQuoted = false
        while at < bytes.count {
            let byte = bytes[at]
            at += 1
            switch byte {
            case UInt8(ascii: "\"") where isQuoted:
                if at < bytes.count, bytes[at] == byte {
                    field.append(byte)
                    at += 1
                } else {
                    isQuoted = false
                }
            case UInt8(ascii: "\"") where field.isEmpty: isQuoted = true
            case _ where isQuoted: field.append(byte)
            case delimiter:
                row.append(String(decoding: field, as: UTF8.self))
                field = []
            case UInt8(ascii: "\n"):
                if field.last == UInt8(ascii: "\r") { field.removeLast() }
                row.append(String(decoding: field, as: UTF8.self))
                return row
            default: field.append(byte)
            }
        }
        row.append(String(decoding: field, as: UTF8.self))
        return row
    }
}
