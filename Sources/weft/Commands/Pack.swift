import Core
import Glibc
import Logistics
import Platform

/// `weft pack`: packs a load file or a benchmark problem, or checks a layout.
///
/// Answers 0 when it was done, 1 when the input was refused or a layout broke a rule, 2 when the
/// command was not understood.
func packCommand(_ arguments: [String]) -> Int32 {
    let options: PackOptions
    do {
        options = try PackOptions(arguments)
    } catch {
        complainOfPack("\(error.message)\nTry: weft pack --help")
        return 2
    }
    do {
        if options.isValidating { return try validate(options) }
        return try options.layoutPath == nil ? pack(options) : follow(options)
    } catch {
        let place = error.pointer.map { $0.isEmpty ? "" : " at \($0)" } ?? ""
        complainOfPack("\(options.loadPath)\(place): \(error.message)")
        return 1
    }
}

/// How many items or violations are told on standard error; the JSON has all.
let mostTold = 20

private func pack(_ options: PackOptions) throws(PackingError) -> Int32 {
    let load = try readLoad(options)
    for doubt in load.doubts {
        complainOfPack("warning: \(doubt.pointer): \(doubt.message)")
    }
    let problem: LoadProblem
    switch load {
    case .single(let single): problem = single
    case .fleet(let fleet):
        if options.isSequenced || options.sheetPath != nil { throw ofOneContainer }
        return try pack(fleet, options)
    }
    let layout = try Packer().pack(problem, options: options.search)
    let reasons = LeftOver(layout.boxes, in: problem).reasons(layout.unplaced)
    for (index, count) in layout.unplaced.sorted(by: { $0.key < $1.key }).prefix(mostTold) {
        let item = problem.items[index]
        complainOfPack(
            "/items/\(index) (\(item.id)): \(count) of \(item.quantity) left out: "
                + (reasons[item.id] ?? "")
        )
    }
    if options.isSequenced {
        say(LoadFile.sequence(layout.boxes, of: problem).text())
    } else {
        say(LoadFile.json(layout, of: problem, explained: options.isExplained).text())
    }
    return printSheet(layout.boxes, problem, options)
}

/// The boxes of the layout file; nil when it was refused, which is said.
private func readLayout(_ options: PackOptions, _ problem: LoadProblem) -> [PackedBox]? {
    let path = options.layoutPath ?? ""
    do {
        return try LoadFile.boxes(parseLoad(readLoadFile(path)), of: problem)
    } catch {
        let place = error.pointer.map { $0.isEmpty ? "" : " at \($0)" } ?? ""
        complainOfPack("\(path)\(place): \(error.message)")
        return nil
    }
}

private let ofOneContainer = PackingError(
    "several-containers",
    "--sequence and --sheet are of one container; give \"container\" and what goes into it",
    pointer: "/containers"
)

/// Says in which steps a layout is loaded; one that breaks a rule is nothing to follow.
private func follow(_ options: PackOptions) throws(PackingError) -> Int32 {
    guard case .single(let problem) = try readLoad(options) else { throw ofOneContainer }
    guard let read = readLayout(options, problem) else { return 1 }
    let violations = LayoutValidator().violations(of: read, in: problem)
    if let first = violations.first {
        complainOfPack(
            "\(options.layoutPath ?? "") breaks \(violations.count) rules, first: \(first.message); "
                + "--validate shows all"
        )
        return 1
    }
    let boxes = LoadingSequence.ordered(read, in: problem)
    if options.isSequenced { say(LoadFile.sequence(boxes, of: problem).text()) }
    return printSheet(boxes, problem, options)
}

/// Writes the loading sheet where one is wanted.
private func printSheet(
    _ boxes: [PackedBox],
    _ problem: LoadProblem,
    _ options: PackOptions
) -> Int32 {
    guard let path = options.sheetPath else { return 0 }
    let name = options.loadPath.split(separator: "/").last.map(String.init) ?? "Load"
    let sheet = PrintedSheet(
        reference: name == "-" ? "Load" : name,
        boxes: boxes,
        problem: problem
    )
    do {
        let printed = try sheet.pdf(created: SystemClock().now())
        try WholeFile.write(printed.bytes, to: path)
        if printed.missingGlyphs > 0 {
            complainOfPack(
                "\(path): no installed font has \(printed.missingGlyphs) of its characters"
            )
        }
        return 0
    } catch {
        complainOfPack("--sheet \(path): \((error as? any Fault)?.message ?? "\(error)")")
        return 1
    }
}

private func validate(_ options: PackOptions) throws(PackingError) -> Int32 {
    let problem: LoadProblem
    switch try readLoad(options) {
    case .single(let single): problem = single
    case .fleet(let fleet): return try validate(fleet, options)
    }
    guard let boxes = readLayout(options, problem) else { return 1 }
    let violations = LayoutValidator().violations(of: boxes, in: problem)
    say(LoadFile.json(violations).text())
    for violation in violations.prefix(mostTold) {
        complainOfPack("\(violation.rule.rawValue): \(violation.message)")
    }
    return violations.isEmpty ? 0 : 1
}

/// Reads a load: JSON when the text begins with a brace, else the benchmark's format.
private func readLoad(_ options: PackOptions) throws(PackingError) -> LoadFile.Load {
    let text = try readLoadFile(options.loadPath)
    let first = text.first { $0 > 0x20 }
    if first == UInt8(ascii: "{") || first == UInt8(ascii: "[") {
        if options.problem != nil {
            throw PackingError("not-a-benchmark", "--problem is for benchmark files, this is JSON")
        }
        return try LoadFile.load(parseLoad(text), support: options.support)
    }
    guard let number = options.problem else {
        throw PackingError(
            "no-problem-number",
            "this is not JSON; to read it as a benchmark file say which problem: --problem K",
            kind: .malformed
        )
    }
    var problem = try ThpackFile.problem(number, in: text)
    problem.support = options.support
    try problem.check()
    return .single(problem)
}

func parseLoad(_ text: [UInt8]) throws(PackingError) -> JSON {
    do {
        return try JSON(parsing: text)
    } catch {
        throw PackingError("malformed", "not JSON: \(error.description)", kind: .malformed)
    }
}

private let largestFile = 256 << 20

func readLoadFile(_ path: String) throws(PackingError) -> [UInt8] {
    do {
        return try WholeFile.read(path, limit: largestFile)
    } catch {
        let isTooLarge = error.kind == .tooLarge
        throw PackingError(
            isTooLarge ? "too-large" : "unreadable",
            error.message,
            kind: isTooLarge ? .tooLarge : .notFound
        )
    }
}

func complainOfPack(_ message: String) {
    emit("weft pack: \(message)\n", to: STDERR_FILENO)
}
