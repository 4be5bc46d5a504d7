import Core
import Glibc

/// Files that are loaded and compressed at start and served from memory.
///
/// A name that carries a hash (`main-3F9A1C2B.js`) never changes its content and is cached for a year;
/// everything else is asked for again with its entity tag. A path without a dot that names no file is
/// answered with `index.html`, so that a browser application can route by itself.
public struct StaticFiles: Sendable {
    struct Entry: Sendable {
        let bytes: [UInt8]
        let compressed: [UInt8]?
        let type: String
        let tag: String
        let isHashed: Bool
    }

    private var entries: [String: Entry] = [:]

    /// Serves files held in memory, by their paths without a leading slash.
    public init(_ files: [String: [UInt8]]) {
        let deflater = Deflater(level: 9)
        for (path, bytes) in files {
            entries[path] = Self.entry(path, bytes, deflater)
        }
    }

    /// Loads every regular file below `directory`; symbolic links and hidden files are left out.
    ///
    /// - Throws: `unavailable` when the directory or a file cannot be read.
    public init(directory: String) throws {
        var files: [String: [UInt8]] = [:]
        try Self.load(directory, prefix: "", into: &files)
        self.init(files)
    }

    /// The paths that are served.
    public var paths: [String] { entries.keys.sorted() }

    private static func entry(_ path: String, _ bytes: [UInt8], _ deflater: Deflater?) -> Entry {
        let type = contentType(path)
        let compressed =
            bytes.count > 512 && isText(type) ? deflater?.compress(bytes) : nil
        return Entry(
            bytes: bytes,
            compressed: compressed,
            type: type,
            tag: "\"\(String(fingerprint(bytes), radix: 16))-\(String(bytes.count, radix: 16))\"",
            isHashed: isHashed(path)
        )
    }

    /// FNV-1a over 64 bits: tells versions of a file apart, protects nothing.
    private static func fingerprint(_ bytes: [UInt8]) -> UInt64 {
        bytes.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01B3 }
    }

    private static func load(
        _ directory: String,
        prefix: String,
        into files: inout [String: [UInt8]]
    )
        throws
    {
        guard let handle = opendir(directory) else {
            throw GeneralFault(
                .unavailable,
                code: "unreadable-directory",
                "cannot read \(directory)"
            )
        }
        defer { closedir(handle) }
        while let item = readdir(handle) {
            let name = withUnsafePointer(to: &item.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name.hasPrefix(".") { continue }
            let path = directory + "/" + name
            var status = stat()
            guard lstat(path, &status) == 0 else { continue }
            if status.st_mode & S_IFMT == S_IFDIR {
                try load(path, prefix: prefix + name + "/", into: &files)
            } else if status.st_mode & S_IFMT == S_IFREG {
                files[prefix + name] = try OpenFile(path: path).contents()
            }
        }
    }

    // MARK: Answering

    /// Answers a request for `path`, relative to the mount and without a leading slash.
    public func respond(to request: Request, path: String) -> Response {
        let path = path.isEmpty || path.hasSuffix("/") ? path + "index.html" : path
        guard let entry = entries[path] ?? (Self.namesFile(path) ? nil : entries["index.html"])
        else {
            return ProblemDetails.response(
                for: HTTPFault(.notFound, code: "not-found", "there is no such file")
            )
        }
        var headers: Headers = [
            "Content-Type": entry.type,
            "Cache-Control": entry.isHashed
                ? "public, max-age=31536000, immutable" : "no-cache",
        ]
        if entry.compressed != nil { headers.add("Vary", "Accept-Encoding") }
        let compressed = entry.compressed.flatMap {
            AcceptEncoding.allowsGzip(request.headers) ? $0 : nil
        }
        // A compressed representation is another one, so its tag differs.
        let tag = compressed == nil ? entry.tag : String(entry.tag.dropLast()) + "-gz\""
        headers.add("ETag", tag)
        var response = Response(headers: headers)
        response.isCompressible = false
        if Self.matches(request.headers, tag) {
            response.status = .notModified
            return response
        }
        if compressed != nil { response.headers.add("Content-Encoding", "gzip") }
        response.body = .bytes(compressed ?? entry.bytes)
        return response
    }

    private static let endings: Set<Substring> = [
        "js", "css", "map", "html", "json", "webmanifest", "txt", "xml", "svg", "png", "jpg",
        "jpeg",
        "gif", "webp", "ico", "woff", "woff2", "wasm", "pdf",
    ]

    /// Whether a path asks for a file rather than for a view of the page: a view's last part may have dots
    /// too, as the name of an agent has.
    private static func namesFile(_ path: String) -> Bool {
        guard let name = path.split(separator: "/").last, name != "index.html",
            let dot = name.lastIndex(of: ".")
        else { return false }
        return endings.contains(name[name.index(after: dot)...])
    }

    /// Whether `If-None-Match` names `tag` (weak comparison, RFC 9110 section 13.1.2).
    private static func matches(_ headers: Headers, _ tag: String) -> Bool {
        headers.all("if-none-match").contains { field in
            field.split(separator: ",").contains { element in
                let text = String(
                    decoding: Headers.trimmed(Array(element.utf8)[...]),
                    as: UTF8.self
                )
                return text == "*" || text == tag || text == "W/" + tag
            }
        }
    }

    /// Whether the name has a hash before its last dot: a last part after `-` or `.` of at least eight
    /// letters and digits, with a digit or all upper case (esbuild writes `main-3F9A1C2B.js`).
    static func isHashed(_ path: String) -> Bool {
        guard let name = path.split(separator: "/").last, let dot = name.lastIndex(of: ".") else {
            return false
        }
        var stem = name[..<dot]
        if stem.hasSuffix(".js") || stem.hasSuffix(".css") {
            stem = stem.dropLast(stem.hasSuffix(".js") ? 3 : 4)
        }
        guard let mark = stem.lastIndex(where: { $0 == "-" || $0 == "." }) else { return false }
        let hash = stem[stem.index(after: mark)...].utf8
        let isMarked =
            hash.contains(where: Byte.isDigit) || hash.allSatisfy { (0x41...0x5A).contains($0) }
        return (8...64).contains(hash.count) && isMarked
            && hash.allSatisfy { Byte.isDigit($0) || (0x61...0x7A).contains($0 | 0x20) }
    }

    static func isText(_ type: String) -> Bool {
        // The commonest comes first: searching within texts is slow.
        type == "application/json" || type.hasPrefix("text/") || type.contains("javascript")
            || type.contains("json")
            || type.contains("xml") || type.contains("wasm")
    }

    static func contentType(_ path: String) -> String {
        let types = [
            "html": "text/html; charset=utf-8", "js": "text/javascript; charset=utf-8",
            "mjs": "text/javascript; charset=utf-8", "css": "text/css; charset=utf-8",
            "json": "application/json", "map": "application/json", "svg": "image/svg+xml",
            "png": "image/png", "jpg": "image/jpeg", "jpeg": "image/jpeg", "gif": "image/gif",
            "webp": "image/webp", "ico": "image/x-icon", "woff2": "font/woff2",
            "woff": "font/woff", "ttf": "font/ttf", "txt": "text/plain; charset=utf-8",
            "md": "text/markdown; charset=utf-8", "pdf": "application/pdf",
            "wasm": "application/wasm", "glb": "model/gltf-binary",
            "webmanifest": "application/manifest+json", "xml": "application/xml",
            "csv": "text/csv; charset=utf-8",
        ]
        guard let dot = path.lastIndex(of: ".") else { return "application/octet-stream" }
        return types[path[path.index(after: dot)...].lowercased()] ?? "application/octet-stream"
    }
}
