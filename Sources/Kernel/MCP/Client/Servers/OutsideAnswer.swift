public import Core

/// What an outside tool answered, as agents and workflows get it: data, bounded, and nothing to obey.
public struct OutsideAnswer: Sendable {
    /// The texts, one after the other.
    public var text: String
    /// The structured part; nil when there is none.
    public var structured: JSON?
    /// What is no text: pictures, sound, files, links, described without their bytes.
    public var parts: [JSON]
    /// Whether something was left out.
    public var isTruncated: Bool
    /// Whether the tool says that it failed.
    public var isError: Bool

    /// The longest text, in characters of Unicode.
    public static let longestText = 100_000
    /// The largest structured part, in bytes.
    public static let largestStructure = 512 << 10
    /// The most parts.
    public static let mostParts = 100

    /// Takes a result of `tools/call` apart.
    ///
    /// - Throws: ``OutsideFault`` of code `malformed`.
    public init(_ result: JSON) throws(OutsideFault) {
        guard
            let blocks = result["content"]?.array ?? (result["structuredContent"] == nil ? nil : [])
        else { throw OutsideFault(.malformed, "the tool's result has no content") }
        text = ""
        parts = []
        isTruncated = false
        isError = result["isError"] == true
        structured = result["structuredContent"]
        if let structured, structured.bytes().count > Self.largestStructure {
            self.structured = nil
            isTruncated = true
        }
        var texts: [String] = []
        for block in blocks {
            guard parts.count < Self.mostParts, texts.count < 1_000 else {
                isTruncated = true
                break
            }
            switch block["type"]?.string {
            case "text": texts.append(block["text"]?.string ?? "")
            case "image", "audio":
                parts.append(Self.media(block, block["data"]))
            case "resource_link":
                parts.append(Self.described(block, ["uri", "name", "title", "mimeType"]))
            case "resource":
                let resource = block["resource"] ?? .null
                if let inner = resource["text"]?.string { texts.append(inner) }
                var part = Self.described(resource, ["uri", "mimeType"])
                part["type"] = "resource"
                if let blob = resource["blob"] { part["bytes"] = .int(Self.size(blob)) }
                parts.append(part)
            case let other:
                parts.append(["type": .string(OutsideText.line(other ?? "unknown", 40))])
            }
        }
        let joined = texts.joined(separator: "\n")
        text = String(
            String.UnicodeScalarView(
                joined.unicodeScalars.prefix(Self.longestText).filter {
                    $0.properties.generalCategory != .control || $0 == "\n" || $0 == "\t"
                }
            )
        )
        if joined.unicodeScalars.count > Self.longestText { isTruncated = true }
    }

    private static func media(_ block: JSON, _ data: JSON?) -> JSON {
        var part = described(block, ["mimeType"])
        part["bytes"] = .int(size(data))
        return part
    }

    /// How many bytes Base64 text stands for.
    private static func size(_ data: JSON?) -> Int {
        let text = data?.string ?? ""
        return text.utf8.count / 4 * 3 - text.utf8.suffix(2).count { $0 == UInt8(ascii: "=") }
    }

    private static func described(_ block: JSON, _ keys: [String]) -> JSON {
        var part: JSONObject = ["type": .string(OutsideText.line(block["type"]?.string ?? "", 40))]
        for key in keys {
            if let text = block[key]?.string { part[key] = .string(OutsideText.line(text, 2_000)) }
        }
        return .object(part)
    }

    /// The tool's output.
    public var json: JSON {
        [
            "text": .string(text), "structured": structured ?? .null, "parts": .array(parts),
            "truncated": .bool(isTruncated),
        ]
    }
}
