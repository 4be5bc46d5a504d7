import Core

extension NativeFunction {
    /// Functions of times.
    static let time: [NativeFunction] = [
        NativeFunction("now", "<s?s?:s>", 2) { call, given throws(Failure) in
            .string(try text(of: now(call), given[0], given[1], call))
        },
        NativeFunction("millis", "<:n>", 0) { call, _ in .number(now(call)) },
        NativeFunction("fromMillis", "<n-s?s?:s>", 3) { call, given throws(Failure) in
            guard let moment = given[0].double else { return .undefined }
            return .string(try text(of: moment, given[1], given[2], call))
        },
        NativeFunction("toMillis", "<s-s?:n>", 2) { call, given throws(Failure) in
            guard let text = given[0].text else { return .undefined }
            guard !given[1].isUndefined else {
                guard let moment = ISODate.milliseconds(text) else {
                    throw Failure("D3110", of: given[0])
                }
                return .number(moment)
            }
            try call.evaluator.charge(text: text.utf8.count)
            let picture = try DateTimePicture(try picture(given[1], call))
            let moment = try picture.milliseconds(text, now: UTCDate(now(call)))
            return moment.map { .number($0) } ?? .undefined
        },
    ]

    /// The moment of the evaluation in whole milliseconds.
    private static func now(_ call: Invocation) -> Double {
        (Double(call.evaluator.environment.now.microseconds) / 1_000).rounded(.down)
    }

    private static func text(
        of moment: Double,
        _ given: Value,
        _ zone: Value,
        _ call: Invocation
    ) throws(Failure) -> String {
        let source = given.isUndefined ? DateTimePicture.standard : try picture(given, call)
        try call.evaluator.charge(source.utf8.count)
        return try DateTimePicture(source).text(of: moment, zone: zone.text)
    }
}
