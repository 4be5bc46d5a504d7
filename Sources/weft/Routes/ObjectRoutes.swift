import Agents
import Core
import HTTP
import Objects
import Platform

/// The contents of objects, which are bytes and so belong to no tool.
struct ObjectRoutes {
    let kernel: Kernel

    private static let path = "/api/objects/{key...}"
    private static let largest = 64 << 20
    private static let content: [(type: String, schema: JSON)] = [
        ("application/octet-stream", ["type": "string", "format": "binary"])
    ]

    func add(to router: inout Router) {
        router.get(Self.path, options: RouteOptions(documentation: Self.reading)) {
            try await read($0)
        }
        router.put(
            Self.path,
            options: RouteOptions(
                bodyLimit: Self.largest,
                streamsBody: true,
                documentation: Self.writing
            )
        ) { try await write($0) }
    }

    private static func authority(_ request: Request) throws -> Scope {
        let scope = try request.authority()
        guard !scope.roles.isDisjoint(with: ObjectTools.roles) else {
            throw GeneralFault(
                .forbidden,
                code: "forbidden",
                "objects need the role admin or manager"
            )
        }
        return scope
    }

    // MARK: Reading

    private static let reading = RouteDocumentation(
        "getObject",
        tag: "objects",
        "Gives an object's content.",
        details: "Roles: admin, manager.",
        parameters: [
            .init("key", in: .path, schema: ObjectTools.key),
            .init(
                "version",
                in: .query,
                schema: [
                    "type": "integer", "minimum": 1, "description": "The newest without it.",
                ]
            ),
            .ifNoneMatch,
        ],
        answers: [
            .init(
                .ok,
                "The content, in the type it was stored with.",
                content: [("*/*", true)],
                headers: ["ETag", "Content-Disposition"]
            ),
            .init(.notModified, "You have it already.", headers: ["ETag"]),
        ],
        problems: [.forbidden, .notFound, .unprocessableContent]
    )

    private func read(_ request: Request) async throws -> Response {
        let scope = try Self.authority(request)
        let key = try ObjectKey(try request.parameter("key"))
        let stored = try await kernel.objects.read(
            key,
            version: try Self.version(request),
            scope: scope
        )
        let tag = Self.tag(stored.version)
        var response: Response
        if let known = request.headers["if-none-match"], EntityTag.list(known, contains: tag) {
            response = Response(status: .notModified)
        } else {
            response = .bytes(stored.bytes, type: stored.version.contentType)
            // It is somebody's file, never a page of ours.
            response.headers["Content-Disposition"] =
                FileDisposition.attachment(key.text.split(separator: "/").last ?? "object")
        }
        response.headers["ETag"] = tag
        return response
    }

    private static func version(_ request: Request) throws -> Int? {
        var version: Int?
        for (name, value) in request.query.list {
            guard name == "version", version == nil else {
                throw GeneralFault(
                    .malformed,
                    code: "unknown-parameter",
                    "\"\(name.prefix(60))\" is no parameter of GET \(path), or is there twice; "
                        + "known is version"
                )
            }
            guard let number = Int(value), number > 0 else {
                throw GeneralFault(
                    .invalid,
                    code: "out-of-range",
                    "expected a version's number, 1 or more",
                    pointer: "/version"
                )
            }
            version = number
        }
        return version
    }

    /// The version, and enough of the checksum to tell contents apart.
    private static func tag(_ version: ObjectVersion) -> String {
        "\"v\(version.version)-\((version.sha256 ?? "").prefix(16))\""
    }

    // MARK: Writing

    private static let writing = RouteDocumentation(
        "putObject",
        tag: "objects",
        "Stores a content as the newest version of an object.",
        details: "The same content as the newest version's makes no new one. At most 64 MiB. "
            + "`object.stored` tells of it in the log. Roles: admin, manager.",
        parameters: [
            .init("key", in: .path, schema: ObjectTools.key),
            .ifMatch,
        ],
        body: .init(content, isRequired: false),
        answers: [
            .json(.ok, ObjectTools.version, "It was there already.", headers: ["ETag"]),
            .json(.created, ObjectTools.version, "Stored.", headers: ["ETag"]),
        ],
        problems: [.forbidden, .preconditionFailed, .contentTooLarge, .unprocessableContent]
    )

    private func write(_ request: Request) async throws -> Response {
        let scope = try Self.authority(request)
        let key = try ObjectKey(try request.parameter("key"))
        var bytes: [UInt8] = []
        for try await chunk in request.chunks { bytes += chunk }
        let kept = try await kernel.keep(
            bytes,
            as: key,
            contentType: request.headers["content-type"] ?? "application/octet-stream",
            expected: request.headers["if-match"].flatMap { EntityTag.versions(in: $0) }.map {
                ExpectedVersion($0)
            },
            scope: scope
        )
        return .json(
            kept.version.json,
            status: kept.isNew ? .created : .ok,
            headers: ["ETag": Self.tag(kept.version)]
        )
    }
}
