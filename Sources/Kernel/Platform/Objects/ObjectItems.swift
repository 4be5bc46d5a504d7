import Core
import Objects
import Synchronization
public import Workflows

/// What distributed Maps read and write: an organisation's objects.
///
/// A bucket's name is not looked at. All pages of one Map are of the version that its first page was of,
/// or of the one that `VersionId` names.
public struct ObjectItems: Sendable {
    private let kernel: Kernel
    private let recent = RecentContents()

    /// The objects of a kernel.
    public init(_ kernel: Kernel) {
        self.kernel = kernel
    }

    /// What the engine is given.
    public var place: WorkflowItems { WorkflowItems(read: page, write: keep) }

    private func page(_ read: ItemRead, _ scope: Scope) async throws -> ItemPage {
        if read.format == .objectList { return try await list(read, scope) }
        let parameters = JSONReader(read.parameters)
        let key = try ObjectKey(try parameters.member("Key").string(length: 1...512))
        let version = try read.token.flatMap { Int($0) } ?? Self.version(read.parameters)
        let found = try await kernel.objects.versions(
            of: key,
            before: version.map { $0 + 1 },
            limit: 1,
            scope: scope
        ).first
        let content: [UInt8]
        if let sha256 = found?.sha256, let kept = recent.content(sha256) {
            content = kept
        } else {
            let stored = try await kernel.objects.read(
                key,
                version: version ?? found?.version,
                scope: scope
            )
            content = stored.bytes
        }
        var page = try read.page(of: content)
        if let found, let sha256 = found.sha256 {
            page.token = String(found.version)
            if page.next == nil {
                recent.forget(sha256)
            } else {
                recent.keep(content, as: sha256)
            }
        }
        return page
    }

    /// The version that is asked for: a number, also as text.
    private static func version(_ parameters: JSON) throws(ItemFault) -> Int? {
        guard let asked = parameters["VersionId"], asked != .null else { return nil }
        guard let version = asked.int ?? asked.string.flatMap({ Int($0) }),
            (1..<Int.max).contains(version)
        else { throw ItemFault(message: "VersionId is no version's number, such as 3.") }
        return version
    }

    /// The objects under a prefix, by key; the token is the last one's.
    private func list(_ read: ItemRead, _ scope: Scope) async throws -> ItemPage {
        let limit = min(read.limit, 200)
        let found = try await kernel.objects.list(
            prefix: read.parameters["Prefix"]?.string ?? "",
            after: try read.token.map { try ObjectKey($0) },
            limit: limit + 1,
            scope: scope
        )
        let shown = found.prefix(limit)
        return ItemPage(
            items: shown.map {
                [
                    "Key": .string($0.key), "Size": .int($0.size), "Etag": .optional($0.sha256),
                    "LastModified": $0.at.json,
                ]
            },
            next: found.count > limit ? read.cursor + shown.count : nil,
            token: shown.last?.key
        )
    }

    private func keep(_ write: ResultWrite, _ scope: Scope) async throws {
        let text: [UInt8] =
            write.isLines
            ? write.results.flatMap { $0.bytes() + [0x0A] }
            : JSON.array(write.results).bytes()
        try await keep(text, as: "\(write.folder)/SUCCEEDED_\(write.part).json", scope)
        if let manifest = write.manifest {
            try await keep(manifest.bytes(), as: "\(write.folder)/manifest.json", scope)
        }
    }

    private func keep(_ bytes: [UInt8], as name: String, _ scope: Scope) async throws {
        _ = try await kernel.keep(
            bytes,
            as: try ObjectKey(name),
            contentType: "application/json",
            scope: scope
        )
    }
}

/// Contents of which further pages will be asked for, so that they need not be read and checked again
/// for each: the latest few, by their checksum.
private final class RecentContents: Sendable {
    private static let largest = 64 << 20

    private let contents = Mutex<[(sha256: String, bytes: [UInt8])]>([])

    func content(_ sha256: String) -> [UInt8]? {
        contents.withLock { contents in contents.first { $0.sha256 == sha256 }?.bytes }
    }

    func keep(_ bytes: [UInt8], as sha256: String) {
        contents.withLock { contents in
            contents.removeAll { $0.sha256 == sha256 }
            contents.append((sha256, bytes))
            while contents.reduce(0, { $0 + $1.bytes.count }) > Self.largest {
                contents.removeFirst()
            }
        }
    }

    func forget(_ sha256: String) {
        contents.withLock { contents in contents.removeAll { $0.sha256 == sha256 } }
    }
}
