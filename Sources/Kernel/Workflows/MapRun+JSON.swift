import Core

extension MapRun {
    var json: JSON {
        var object = JSONObject([
            ("name", .string(name)), ("concurrency", .int(concurrency)), ("taken", .int(taken)),
            ("started", .int(started)), ("running", .int(running)), ("failures", .int(failures)),
            ("resultBytes", .int(resultBytes)), ("part", .int(part)),
        ])
        object["toleratedCount"] = tolerance.count.map { .int($0) }
        object["toleratedPercentage"] = tolerance.percentage.map { .double($0) }
        object["source"] = source.map { .int($0) }
        object["remaining"] = remaining.map { .int($0) }
        object["cursor"] = cursor.map { .int($0) }
        object["token"] = token.map { .string($0) }
        object["readStep"] = readStep.map { .int($0) }
        object["writeStep"] = writeStep.map { .int($0) }
        if isOverfull { object["overfull"] = true }
        if isClosing { object["closing"] = true }
        if !page.isEmpty { object["page"] = .array(page) }
        if !unwritten.isEmpty { object["unwritten"] = .array(unwritten) }
        if !again.isEmpty { object["again"] = .array(again.map(\.json)) }
        if !failed.isEmpty { object["failed"] = .array(failed.map(\.json)) }
        return .object(object)
    }

    init(_ reader: JSONReader) throws(GeneralFault) {
        self.init(
            name: try reader.member("name").string(),
            concurrency: try reader.member("concurrency").int(),
            tolerance: Tolerance(
                count: try reader.optional("toleratedCount")?.int(),
                percentage: try reader.optional("toleratedPercentage")?.double()
            ),
            source: try reader.optional("source")?.int()
        )
        taken = try reader.member("taken").int()
        started = try reader.member("started").int()
        running = try reader.member("running").int()
        failures = try reader.member("failures").int()
        resultBytes = try reader.member("resultBytes").int()
        part = try reader.member("part").int()
        remaining = try reader.optional("remaining")?.int()
        cursor = try reader.optional("cursor")?.int()
        token = try reader.optional("token")?.string()
        readStep = try reader.optional("readStep")?.int()
        writeStep = try reader.optional("writeStep")?.int()
        isOverfull = try reader.optional("overfull")?.bool() ?? false
        isClosing = try reader.optional("closing")?.bool() ?? false
        page = reader.value["page"]?.array ?? []
        unwritten = reader.value["unwritten"]?.array ?? []
        again = (reader.value["again"]?.array ?? []).compactMap { Item($0) }
        failed = (reader.value["failed"]?.array ?? []).compactMap { Item($0) }
    }
}

extension MapRun.Item {
    var json: JSON {
        var object = JSONObject([("index", .int(index)), ("input", input)])
        object["value"] = value
        return .object(object)
    }

    init?(_ json: JSON) {
        guard let index = json["index"]?.int, let input = json["input"] else { return nil }
        self.init(index: index, input: input, value: json["value"])
    }
}
