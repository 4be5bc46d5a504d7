public import Core

/// How far the run of a distributed Map is.
///
/// Only what is under way is held: the children, a page of items, and results that are not yet
/// written. Without a `ResultWriter` the results are held too, up to the size a state may put out.
struct MapRun: Sendable {
    /// When too many children have failed.
    struct Tolerance: Sendable, Hashable {
        var count: Int?
        var percentage: Double?

        /// Whether so many failures are too many; `total` is nil while it is not known.
        func isExceeded(by failures: Int, of total: Int?) -> Bool {
            guard failures > 0 else { return false }
            if let count, failures > count { return true }
            if let percentage {
                guard let total else { return percentage == 0 }
                return Double(failures) * 100 > percentage * Double(total)
            }
            return count == nil
        }
    }

    /// An item that is to be run again, or for the first time.
    struct Item: Sendable {
        var index: Int
        var input: JSON
        var value: JSON?
    }

    /// Its ARN.
    var name: String
    var concurrency: Int
    var tolerance: Tolerance
    /// How many items the input has; nil when they are read.
    var source: Int?
    /// Items taken from the source so far.
    var taken = 0
    /// How many more items may be taken, by `MaxItems`.
    var remaining: Int?
    /// Where the next page begins; nil when all was read.
    var cursor: Int? = 0
    /// What the reader wants to be told with the next page's read.
    var token: String?
    /// Items read and not taken yet.
    var page: [JSON] = []
    /// Items to be run before further ones.
    var again: [Item] = []
    /// Children that were started, those to be run again not counted twice.
    var started = 0
    var running = 0
    var failures = 0
    /// What failed within the tolerance, for a redrive.
    var failed: [Item] = []
    /// The size of the results held.
    var resultBytes = 0
    /// Set when the results are more than a state may put out; they are not held then.
    var isOverfull = false
    /// Results that are not yet written.
    var unwritten: [JSON] = []
    var part = 0
    /// The step of a read or write that is under way.
    var readStep: Int?
    var writeStep: Int?
    /// Set when the last write is under way.
    var isClosing = false

    init(name: String, concurrency: Int, tolerance: Tolerance, source: Int?) {
        self.name = name
        self.concurrency = concurrency
        self.tolerance = tolerance
        self.source = source
    }

    var pendingSteps: [Int] { [readStep, writeStep].compactMap { $0 } }

    /// Whether no further item will come.
    var isExhausted: Bool {
        if remaining == 0 { return true }
        if let source { return taken >= source }
        return cursor == nil && page.isEmpty
    }

    /// How many children there will be, once that is known.
    var total: Int? { isExhausted ? started : nil }
}

/// Results of a distributed Map to be kept where its `ResultWriter` says.
///
/// It comes as a `ScheduledTask` whose purpose is `writeResults`. Parts come one after the other; a
/// part may come twice with the same content.
public struct ResultWrite: Sendable, Hashable {
    /// `Resource` of the writer, for instance `arn:aws:states:::s3:putObject`.
    public var resource: String
    /// What the writer's `Parameters` or `Arguments` gave, for instance `Bucket` and `Prefix`.
    public var parameters: JSON
    /// The folder of this run: the prefix and the run's id.
    public var folder: String
    /// Counts the parts from 0.
    public var part: Int
    /// The results of this part: objects with `Status`, `Input` and `Output` or `Error` and
    /// `Cause`, or outputs alone, as the writer's transformation says.
    public var results: [JSON]
    /// Whether each result is a line of its own.
    public var isLines: Bool
    /// What `manifest.json` in the folder must hold; given with the last part only.
    public var manifest: JSON?

    /// The write as JSON.
    public var json: JSON {
        var object = JSONObject([
            ("resource", .string(resource)), ("parameters", parameters),
            ("folder", .string(folder)), ("part", .int(part)), ("results", .array(results)),
            ("isLines", .bool(isLines)),
        ])
        object["manifest"] = manifest
        return .object(object)
    }

    init(
        resource: String,
        parameters: JSON,
        folder: String,
        part: Int,
        results: [JSON],
        isLines: Bool
    ) {
        self.resource = resource
        self.parameters = parameters
        self.folder = folder
        self.part = part
        self.results = results
        self.isLines = isLines
    }

    /// Reads back what `json` gave.
    ///
    /// - Throws: `GeneralFault` naming what does not fit.
    public init(_ json: JSON) throws(GeneralFault) {
        let reader = JSONReader(json)
        resource = try reader.member("resource").string()
        parameters = json["parameters"] ?? .null
        folder = try reader.member("folder").string()
        part = try reader.member("part").int()
        results = json["results"]?.array ?? []
        isLines = try reader.member("isLines").bool()
        manifest = json["manifest"]
    }
}
