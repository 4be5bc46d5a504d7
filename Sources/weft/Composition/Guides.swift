import Glibc
import Platform

/// The guides for users, where the program finds them.
enum Guides {
    /// One document for each guide of `WEFT_DOCS`, `share/weft/docs` beside the program, or `docs` of the
    /// sources.
    static func all() -> [StaticDocument] {
        guard let folder = folder(), let directory = opendir(folder) else { return [] }
        defer { closedir(directory) }
        var names: [String] = []
        while let entry = readdir(directory) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name.hasSuffix(".md"), !name.hasPrefix(".") {
                names.append(String(name.dropLast(3)))
            }
        }
        return names.sorted().prefix(100).compactMap { name in
            let path = "\(folder)/\(name).md"
            guard let text = text(path) else { return nil }
            let title = text.prefix { $0 != "\n" }.drop { $0 == "#" || $0 == " " }
            return StaticDocument(
                "weft://docs/\(name)",
                name: "guide-\(name)",
                title: String(title.prefix(100)),
                purpose: "The guide \"\(title.prefix(100))\".",
                mediaType: "text/markdown"
            ) { Self.text(path) }
        }
    }

    private static func text(_ path: String) -> String? {
        guard let bytes = try? WholeFile.read(path, limit: 1 << 20) else { return nil }
        return String(validating: bytes, as: UTF8.self)
    }

    private static func folder() -> String? {
        var buffer = [CChar](repeating: 0, count: 4_096)
        let length = readlink("/proc/self/exe", &buffer, buffer.count - 1)
        let program = String(
            decoding: buffer.prefix(max(0, length)).map { UInt8(bitPattern: $0) },
            as: UTF8.self
        )
        let parts = program.split(separator: "/")
        var candidates = [getenv("WEFT_DOCS").map { String(cString: $0) }]
        if parts.count >= 2 {
            candidates.append("/" + parts.dropLast(2).joined(separator: "/") + "/share/weft/docs")
        }
        if let build = parts.firstIndex(of: ".build") {
            candidates.append("/" + parts[..<build].joined(separator: "/") + "/docs")
        }
        return candidates.compactMap { $0 }.first { access($0, R_OK) == 0 }
    }
}
