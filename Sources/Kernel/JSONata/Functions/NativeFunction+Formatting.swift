import Core

extension NativeFunction {
    /// Functions that write and read numbers by a picture or in another base.
    static let formatting: [NativeFunction] = [
        NativeFunction("formatBase", "<n-n?:s>", 2) { _, given throws(Failure) in
            guard let value = given[0].double else { return .undefined }
            let radix = given[1].double.map { rounded($0, 0) } ?? 10
            guard radix >= 2, radix <= 36 else { throw Failure("D3100", value: .double(radix)) }
            return .string(NumberText.string(rounded(value, 0), radix: Int(radix)))
        },
        NativeFunction("formatNumber", "<n-so?:s>", 3) { call, given throws(Failure) in
            guard let value = given[0].double else { return .undefined }
            let text = try picture(given[1], call)
            let picture = try DecimalPicture(text, options: given[2].object)
            return .string(picture.text(of: value))
        },
        NativeFunction("formatInteger", "<n-s:s>", 2) { call, given throws(Failure) in
            guard let value = given[0].double else { return .undefined }
            let picture = try IntegerPicture(try picture(given[1], call))
            return .string(try picture.text(of: value.rounded(.down)))
        },
        NativeFunction("parseInteger", "<s-s:n>", 2) { call, given throws(Failure) in
            guard let text = given[0].text else { return .undefined }
            let number = try IntegerPicture(try picture(given[1], call)).number(text)
            return .number(number)
        },
    ]

    /// The text of a picture, which is bounded.
    static func picture(_ value: Value, _ call: Invocation) throws(Failure) -> String {
        guard let text = value.text else { throw Failure("T0410", inserts: ["index": 2]) }
        guard text.utf8.count <= 4_096 else {
            throw call.evaluator.tooMuch("A picture string is too long")
        }
        return text
    }
}
