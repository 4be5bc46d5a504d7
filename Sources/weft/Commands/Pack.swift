import Core
import Glibc
import Logistics

/// `weft pack`: packs a load file or a benchmark problem, or checks a layout.
///
/// Answers 0 when it was done, 1 when the input was refused or a layout broke a rule, 2 when the
/// command was not understood.
func packCommand(_ arguments: [String]) -> Int32 {
    if arguments.contains("--help") || arguments.contains("-h") {
        print(PackOptions.help)
        return 0
    }
    let options: PackOptions
    do {
        options = try PackOptions(arguments)
    } catch {
        complainOfPack("\(error.message)\nTry: weft pack --help")
        return 2
    }
    do {
        return try options.layoutPath == nil ? pack(options) : validate(options)
    } catch {
        let place = error.pointer.map { $0.isEmpty ? "" : " at \($0)" } ?? ""
        complainOfPack("\(options.loadPath)\(place): \(error.message)")
        return 1
    }
}

private func pack(_ options: PackOptions) throws(PackingError) -> Int32 {
    let problem = try readLoad(options)
    for (index, item) in problem.items.enumerated() {
        if let reason = item.reasonNotToFit(problem.space) {
            complainOfPack("/items/\(index) (\(item.id)) is left out: \(reason)")
        }
    }
    let layout = try Packer().pack(problem, options: options.search)
    write(LoadFile.json(layout, of: problem, explained: options.isExplained))
    return 0
}

private func validate(_ options: PackOptions) throws(PackingError) -> Int32 {
    let problem = try readLoad(options)
    let path = options.layoutPath ?? ""
    let boxes: [PackedBox]
    do {
        boxes = try LoadFile.boxes(parse(read(path)), of: problem)
    } catch {
        let place = error.pointer.map { $0.isEmpty ? "" : " at \($0)" } ?? ""
        complainOfPack("\(path)\(place): \(error.message)")
        return 1
    }
    let violations = LayoutValidator().violations(of: boxes, in: problem)
    write(LoadFile.json(violations))
    for violation in violations.prefix(20) {
        complainOfPack("\(violation.rule.rawValue): \(violation.message)")
    }
    return violations.isEmpty ? 0 : 1
}

/// Reads a load: JSON when the text begins with a brace, else the benchmark's format.
private func readLoad(_ options: PackOptions) throws(PackingError) -> LoadProblem {
    let text = try read(options.loadPath)
    let first = text.first { $0 > 0x20 }
    if first == UInt8(ascii: "{") || first == UInt8(ascii: "[") {
        if options.problem != nil {
            throw PackingError("not-a-benchmark", "--problem is for benchmark files, this is JSON")
        }
        return try LoadFile.problem(parse(text), support: options.support)
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
    return problem
}

private func parse(_ text: [UInt8]) throws(PackingError) -> JSON {
    do {
        return try JSON(parsing: text)
    } catch {
        throw PackingError("malformed", "not JSON: \(error.description)", kind: .malformed)
    }
}

private let largestFile = 256 << 20

private func read(_ path: String) throws(PackingError) -> [UInt8] {
    let file = path == "-" ? dup(0) : open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else {
        throw PackingError("unreadable", String(cString: strerror(errno)), kind: .notFound)
    }
    defer { close(file) }
    var text: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    while true {
        let count = Glibc.read(file, &chunk, chunk.count)
        if count < 0 {
            throw PackingError("unreadable", String(cString: strerror(errno)), kind: .notFound)
        }
        if count == 0 { return text }
        text += chunk[0..<count]
        guard text.count <= largestFile else {
            throw PackingError("too-large", "longer than 256 MiB", kind: .tooLarge)
        }
    }
}

private func write(_ json: JSON) {
    emit(json.bytes() + [0x0A], to: 1)
}

private func complainOfPack(_ message: String) {
    emit(Array("weft pack: \(message)\n".utf8), to: 2)
}

private func emit(_ bytes: [UInt8], to file: Int32) {
    var from = 0
    while from < bytes.count {
        let count = bytes.withUnsafeBytes { raw in
            Glibc.write(file, raw.baseAddress.map { $0 + from }, bytes.count - from)
        }
        if count <= 0 { return }
        from += count
    }
}
