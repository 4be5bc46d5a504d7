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
    say(LoadFile.json(layout, of: problem, explained: options.isExplained).text())
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
    say(LoadFile.json(violations).text())
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

private func complainOfPack(_ message: String) {
    emit("weft pack: \(message)\n", to: STDERR_FILENO)
}
