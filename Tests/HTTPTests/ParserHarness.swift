@testable import HTTP

/// Runs a parser over pieces of a stream and writes down what it says.
struct Transcript {
    private var parser: RequestParser
    private(set) var lines: [String] = []
    /// What there is of a body that has not ended.
    private(set) var body: [UInt8] = []
    private var isBroken = false

    init(limits: RequestParser.Limits = RequestParser.Limits()) {
        parser = RequestParser(limits: limits)
    }

    mutating func feed(_ bytes: ArraySlice<UInt8>, bodyLimit: Int = .max) {
        let input = Array(bytes)
        var at = 0
        while !isBroken {
            do {
                guard let event = try parser.next(input.span, &at) else { return }
                switch event {
                case .head(let head):
                    parser.bodyLimit = bodyLimit
                    var headers = Headers()
                    parser.takeHeaders(&headers)
                    let target = String(decoding: headers.bytes[head.target], as: UTF8.self)
                    let fields = headers.list.map { "\($0.name)=\($0.value)" }
                    lines.append(
                        "\(head.method.rawValue) \(target) 1.\(head.minorVersion) "
                            + "\(head.framing) keep=\(head.keepsAlive) "
                            + "continue=\(head.expectsContinue) [\(fields.joined(separator: "|"))]"
                    )
                case .body(let range): body += input[range]
                case .end:
                    lines.append("body \(String(decoding: body, as: UTF8.self))")
                    body = []
                }
            } catch {
                lines.append("fault \(error.status.rawValue)")
                isBroken = true
            }
        }
    }

    static func whole(_ text: String, bodyLimit: Int = .max) -> [String] {
        var transcript = Transcript()
        transcript.feed(Array(text.utf8)[...], bodyLimit: bodyLimit)
        return transcript.lines
    }
}
