// swift-tools-version: 6.2
import PackageDescription

let strict: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
]

/// A C library of the system's.
func system(_ name: String, _ pkgConfig: String) -> Target {
    .systemLibrary(name: name, path: "Sources/System/\(name)", pkgConfig: pkgConfig)
}

/// A room of the kernel, in the folder `path` of it or that of its name; `rooms` are folders in it that
/// are rooms of their own.
func kernel(
    _ name: String,
    _ dependencies: [Target.Dependency],
    path: String? = nil,
    without rooms: [String] = [],
    resources: [Resource]? = nil
) -> Target {
    .target(
        name: name,
        dependencies: dependencies,
        path: "Sources/Kernel/\(path ?? name)",
        exclude: rooms,
        resources: resources,
        swiftSettings: strict
    )
}

/// A solution, on top of the kernel.
func solution(_ name: String) -> Target {
    .target(
        name: name,
        dependencies: [
            "Core", "Store", "Events", "Workflows", "Agents", "Identity", "HTTP", "Objects",
            "Channels",
            "Live", "MCP", "Observability", "Privacy", "Search", "Platform", "Intents", "Print",
        ],
        path: "Sources/Solutions/\(name)",
        exclude: ["README.md"],
        resources: [.embedInCode("Resources")],
        swiftSettings: strict
    )
}

/// The tests of one room.
func tests(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .testTarget(
        name: "\(name)Tests",
        dependencies: [.byName(name: name)] + dependencies,
        swiftSettings: strict
    )
}

let package = Package(
    name: "weft",
    products: [.executable(name: "weft", targets: ["weft"])],
    targets: [
        system("CSQLite", "sqlite3"),
        system("CPostgres", "libpq"),
        system("COpenSSL", "libcrypto"),
        system("CSodium", "libsodium"),
        system("CCurl", "libcurl"),
        system("CZlib", "zlib"),
        system("CPCRE2", "libpcre2-8"),
        system("CPango", "pangocairo"),
        // Debian's wslay has no .pc file; its module map names the library.
        .systemLibrary(name: "CWslay", path: "Sources/System/CWslay"),
        .target(name: "CLinux", path: "Sources/System/CLinux"),

        kernel("Core", []),
        kernel("JSONata", ["Core", "CPCRE2"]),
        kernel("Observability", ["Core", "Store"]),
        kernel("Store", ["Core", "CSQLite", "CPostgres", "CLinux"]),
        kernel("Events", ["Core", "Store", "Observability"]),
        kernel("Vault", ["Core", "COpenSSL"]),
        kernel("Privacy", ["Core", "Store", "Vault"]),
        kernel("Identity", ["Core", "Store", "Vault", "COpenSSL", "CSodium"]),
        kernel("Series", ["Core", "Store"]),
        kernel("Search", ["Core", "Store"]),
        kernel("Objects", ["Core", "Store", "COpenSSL"]),
        kernel("Intents", ["Core", "Store", "Events", "Observability", "Series", "Agents"]),
        kernel(
            "Channels",
            ["Core", "Store", "Events", "Observability", "Privacy", "Vault", "CCurl"]
        ),
        kernel(
            "Models",
            ["Core", "Store", "Events", "Observability", "Vault"],
            path: "Agents/Models"
        ),
        kernel(
            "Agents",
            [
                "Core", "Store", "Events", "Identity", "Observability", "Privacy", "Models",
                "Vault",
                "Search",
            ],
            without: ["Models"]
        ),
        kernel(
            "Workflows",
            [
                "Core", "JSONata", "Store", "Events", "Identity", "Agents", "Observability",
                "COpenSSL",
            ]
        ),
        kernel("HTTP", ["Core", "Observability", "CLinux", "CZlib", "CWslay", "COpenSSL"]),
        kernel("Live", ["Core", "Observability", "Store", "Events", "HTTP"]),
        kernel(
            "MCP",
            [
                "Core", "Observability", "Store", "Events", "Identity", "Agents", "HTTP", "Vault",
                "CLinux",
            ]
        ),
        // Not a part of HTTP: curl.h declares the socket functions, which HTTP takes from Glibc.
        kernel("Web", ["Core", "CCurl"]),
        kernel("Print", ["Core", "CPango"]),
        kernel(
            "Platform",
            [
                "Core", "Observability", "Store", "Events", "Identity", "Objects", "Channels",
                "Agents", "Models",
                "Workflows", "HTTP", "Live", "MCP", "Privacy", "Vault", "COpenSSL", "Series",
                "Search", "Intents",
            ]
        ),

        kernel(
            "CrashTest",
            ["Core", "Store", "Events", "Identity", "Agents", "Workflows", "CSQLite"]
        ),

        solution("Logistics"),

        .executableTarget(
            name: "weft",
            dependencies: [
                "Core", "Observability", "Store", "Events", "Identity", "Objects", "Channels",
                "Agents", "Models",
                "Workflows", "HTTP", "Live", "MCP", "Web", "Privacy", "Vault", "Platform",
                "JSONata", "CrashTest", "Series", "Search", "Intents", "Logistics",
            ],
            path: "Sources/weft",
            swiftSettings: strict
        ),

        // Databases and servers for tests, of whichever driver they run on.
        .target(
            name: "StoreTesting",
            dependencies: ["Core", "Store"],
            path: "Tests/StoreTesting",
            swiftSettings: strict
        ),

        // Where tests find the reference data.
        .target(name: "ReferenceData", path: "Tests/ReferenceData", swiftSettings: strict),

        // A server with what the protocol's conformance suite expects, for tests of the wire.
        .executableTarget(
            name: "MCPFixture",
            dependencies: ["Core", "HTTP", "MCP", "Observability", "Vault"],
            path: "Tests/MCPFixture",
            swiftSettings: strict
        ),

        tests("Core"),
        tests("JSONata", ["Core", "ReferenceData"]),
        tests("Observability", ["Core", "Store", "StoreTesting"]),
        tests("Store", ["Core", "StoreTesting"]),
        tests("Events", ["Core", "Store", "StoreTesting", "ReferenceData"]),
        tests("Identity", ["Core", "Store", "StoreTesting", "ReferenceData", "Vault"]),
        tests("Series", ["Core", "Store", "StoreTesting"]),
        tests("Search", ["Core", "Store", "StoreTesting", "ReferenceData"]),
        tests(
            "Intents",
            ["Core", "Store", "StoreTesting", "Events", "Agents", "Series", "Observability"]
        ),
        tests("Objects", ["Core", "Store", "StoreTesting"]),
        tests("Channels", ["Core", "Store", "StoreTesting", "Events", "Observability", "Vault"]),
        tests(
            "Agents",
            [
                "Core", "Store", "StoreTesting", "Events", "Identity", "Models", "Observability",
                "Privacy", "Search", "Vault",
            ]
        ),
        tests(
            "Workflows",
            [
                "Core", "JSONata", "Store", "StoreTesting", "ReferenceData", "Events", "Agents",
                "Identity", "Observability",
            ]
        ),
        tests("HTTP", ["Core", "Observability"]),
        tests("Live", ["Core", "Store", "StoreTesting", "Events", "HTTP", "Observability"]),
        tests(
            "Models",
            ["Core", "Store", "StoreTesting", "Events", "Observability", "Vault", "Web"]
        ),
        tests(
            "MCP",
            [
                "Core", "HTTP", "Vault", "Agents", "Events", "Identity", "Observability", "Store",
                "StoreTesting",
            ]
        ),
        tests("Web", ["Core"]),
        tests("Print", ["Core"]),
        tests("Vault", ["Core"]),
        tests("Privacy", ["Core", "Store", "StoreTesting", "Vault"]),
        tests("CrashTest", ["Core", "Store"]),
        tests(
            "Platform",
            ["Core", "Store", "StoreTesting", "HTTP", "Agents", "Identity", "Privacy", "Search"]
        ),
        tests(
            "Logistics",
            ["Core", "Store", "StoreTesting", "Events", "Search", "ReferenceData"]
        ),
    ],
    swiftLanguageModes: [.v6]
)
