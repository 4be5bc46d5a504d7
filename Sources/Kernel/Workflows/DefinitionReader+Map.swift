import Core

extension DefinitionReader {
    mutating func readMap(_ object: JSONObject, _ pointer: String) -> State.Body? {
        let fields = ["ItemProcessor", "Iterator"].filter { object[$0] != nil }
        guard fields.count == 1, let field = fields.first, let processor = object[field]?.object
        else {
            report(
                pointer,
                fields.count == 2
                    ? "may have only one of [\"Iterator\", \"ItemProcessor\"]"
                    : "does not have required field \"ItemProcessor\" (or the older \"Iterator\")"
            )
            return nil
        }
        let place = pointer + "/" + field
        checkFields(
            processor,
            ["StartAt", "States", "Comment", "ProcessorConfig", "QueryLanguage"],
            place
        )
        checkComment(processor, place)
        let isDistributed = readMode(processor, place)
        within(processor, place) { $0.readMachine(processor, place, isolated: isDistributed) }
        var map = MapBody(
            processor: place,
            items: items(object, pointer),
            concurrency: amount("MaxConcurrency", object, pointer, 0...99_999_999),
            toleratedCount: amount("ToleratedFailureCount", object, pointer, 0...99_999_999),
            toleratedPercentage: amount(
                "ToleratedFailurePercentage",
                object,
                pointer,
                0...100,
                isWhole: false
            )
        )
        if isDistributed {
            map.distributed = DistributedMap(
                label: label(object, pointer) ?? "",
                reader: readReader(object, pointer),
                batcher: readBatcher(object, pointer),
                writer: readWriter(object, pointer)
            )
        } else {
            for name in ["ItemReader", "ItemBatcher", "ResultWriter", "Label"]
            where object[name] != nil {
                report("\(pointer)/\(name)", "only a Map in the mode \"DISTRIBUTED\" has this")
            }
        }
        return .map(map)
    }

    /// Whether the mode is `DISTRIBUTED`.
    private mutating func readMode(_ processor: JSONObject, _ pointer: String) -> Bool {
        guard let value = processor["ProcessorConfig"] else { return false }
        let place = pointer + "/ProcessorConfig"
        guard let configuration = value.object else {
            report(place, "must be an object")
            return false
        }
        checkFields(configuration, ["Mode", "ExecutionType"], place)
        if let type = configuration["ExecutionType"], type != "STANDARD", type != "EXPRESS" {
            report(
                place + "/ExecutionType",
                "\(type) is not one of the allowed values [\"STANDARD\", \"EXPRESS\"]"
            )
        }
        guard let mode = configuration["Mode"] else { return false }
        if mode != "INLINE", mode != "DISTRIBUTED" {
            report(
                place + "/Mode",
                "\(mode) is not one of the allowed values [\"INLINE\", \"DISTRIBUTED\"]"
            )
        }
        return mode == "DISTRIBUTED"
    }

    private mutating func items(_ object: JSONObject, _ pointer: String) -> MapBody.Items {
        if language == .jsonPath {
            return .path(object["ItemsPath"].flatMap { path($0, pointer + "/ItemsPath") })
        }
        guard let value = object["Items"] else { return .path(nil) }
        switch value {
        case .array, .object: return .template(template(value, pointer + "/Items", "Items"))
        default:
            return demandQuery(value, pointer + "/Items", "Items").map { .template(.query($0)) }
                ?? .path(nil)
        }
    }

    private mutating func label(_ object: JSONObject, _ pointer: String) -> String? {
        guard let value = object["Label"], let text = text(value, pointer + "/Label") else {
            return nil
        }
        let refused = "?*<>{}[]:;,\\|^~$#%&`\" \t\n"
        if text.count > 40 || text.isEmpty || text.contains(where: { refused.contains($0) }) {
            report(
                pointer + "/Label",
                "must have 1 to 40 characters, none of them blank or one of ?*<>{}[]:;,\\|^~$#%&`\""
            )
        }
        return text
    }

    private mutating func readReader(
        _ object: JSONObject,
        _ pointer: String
    ) -> DistributedMap.Reader? {
        guard let value = object["ItemReader"] else { return nil }
        let place = pointer + "/ItemReader"
        guard let reader = value.object else {
            report(place, "must be an object")
            return nil
        }
        let argument = language == .jsonPath ? "Parameters" : "Arguments"
        checkFields(reader, ["Resource", "ReaderConfig", argument], place)
        guard let resource = reader["Resource"]?.string, !resource.isEmpty else {
            report(place + "/Resource", "\"Resource\" must say what reads the items")
            return nil
        }
        let lists = resource.hasSuffix(":listObjectsV2")
        var result = DistributedMap.Reader(
            resource: resource,
            parameters: reader[argument].map {
                template($0, "\(place)/\(argument)", "ItemReader/\(argument)")
            },
            format: lists ? .objectList : .json,
            headers: nil,
            delimiter: ",",
            pointer: nil
        )
        if let configuration = reader["ReaderConfig"] {
            readReaderConfiguration(configuration, place + "/ReaderConfig", &result)
        }
        return result
    }

    private mutating func readReaderConfiguration(
        _ value: JSON,
        _ place: String,
        _ reader: inout DistributedMap.Reader
    ) {
        guard let configuration = value.object else {
            report(place, "must be an object")
            return
        }
        checkFields(
            configuration,
            [
                "InputType", "CSVHeaderLocation", "CSVHeaders", "CSVDelimiter", "MaxItems",
                language == .jsonPath ? "MaxItemsPath" : "MaxItems", "ItemsPointer",
                "ManifestType", "Transformation",
            ],
            place
        )
        reader.maxItems = amount(
            "MaxItems",
            configuration,
            place,
            0...100_000_000,
            location: "ItemReader/ReaderConfig/MaxItems"
        )
        if let type = configuration["InputType"] {
            let formats: [String: ItemRead.Format] = [
                "JSON": .json, "CSV": .csv, "JSONL": .jsonLines, "MANIFEST": .manifest,
            ]
            if let format = type.string.flatMap({ formats[$0] }) {
                reader.format = format
            } else {
                report(
                    place + "/InputType",
                    "\(type) is not one of the allowed values"
                        + " [\"JSON\", \"CSV\", \"JSONL\", \"MANIFEST\"]"
                )
            }
        }
        if let pointer = configuration["ItemsPointer"].flatMap({
            text($0, place + "/ItemsPointer")
        }) {
            if !pointer.isEmpty, !pointer.hasPrefix("/") {
                report(place + "/ItemsPointer", "must be a JSON Pointer like \"/orders\"")
            }
            reader.pointer = pointer
        }
        readHeaders(configuration, place, &reader)
    }

    private mutating func readHeaders(
        _ configuration: JSONObject,
        _ place: String,
        _ reader: inout DistributedMap.Reader
    ) {
        if let delimiter = configuration["CSVDelimiter"] {
            let names = [
                "COMMA": ",", "PIPE": "|", "SEMICOLON": ";", "SPACE": " ", "TAB": "\t",
            ]
            if let found = delimiter.string.flatMap({ names[$0] }) {
                reader.delimiter = found
            } else {
                report(
                    place + "/CSVDelimiter",
                    "\(delimiter) is not one of the allowed values"
                        + " [\"COMMA\", \"PIPE\", \"SEMICOLON\", \"SPACE\", \"TAB\"]"
                )
            }
        }
        guard reader.format == .csv || configuration["CSVHeaderLocation"] != nil else { return }
        switch configuration["CSVHeaderLocation"] {
        case "FIRST_ROW", nil: break
        case "GIVEN":
            let headers = configuration["CSVHeaders"]?.array?.compactMap(\.string) ?? []
            if headers.isEmpty || headers.count != configuration["CSVHeaders"]?.array?.count {
                report(place + "/CSVHeaders", "must be an array of at least one name")
            }
            reader.headers = headers
        case let other?:
            report(
                place + "/CSVHeaderLocation",
                "\(other) is not one of the allowed values [\"FIRST_ROW\", \"GIVEN\"]"
            )
        }
    }

    private mutating func readBatcher(
        _ object: JSONObject,
        _ pointer: String
    ) -> DistributedMap.Batcher? {
        guard let value = object["ItemBatcher"] else { return nil }
        let place = pointer + "/ItemBatcher"
        guard let batcher = value.object else {
            report(place, "must be an object")
            return nil
        }
        var known: Set = ["MaxItemsPerBatch", "MaxInputBytesPerBatch", "BatchInput"]
        if language == .jsonPath {
            known.formUnion(["MaxItemsPerBatchPath", "MaxInputBytesPerBatchPath"])
        }
        checkFields(batcher, known, place)
        let result = DistributedMap.Batcher(
            maxItems: amount(
                "MaxItemsPerBatch",
                batcher,
                place,
                1...99_999_999,
                location: "ItemBatcher/MaxItemsPerBatch"
            ),
            maxBytes: amount(
                "MaxInputBytesPerBatch",
                batcher,
                place,
                1...262_144,
                location: "ItemBatcher/MaxInputBytesPerBatch"
            ),
            input: batcher["BatchInput"].map {
                template($0, place + "/BatchInput", "ItemBatcher/BatchInput")
            }
        )
        let sizes = known.subtracting(["BatchInput"])
        if !batcher.contains(where: { sizes.contains($0.key) }) {
            report(place, "must have \"MaxItemsPerBatch\" or \"MaxInputBytesPerBatch\"")
        }
        return result
    }

    private mutating func readWriter(
        _ object: JSONObject,
        _ pointer: String
    ) -> DistributedMap.Writer? {
        guard let value = object["ResultWriter"] else { return nil }
        let place = pointer + "/ResultWriter"
        guard let writer = value.object, !writer.isEmpty else {
            report(place, "must be an object with a \"Resource\" or a \"WriterConfig\"")
            return nil
        }
        let argument = language == .jsonPath ? "Parameters" : "Arguments"
        checkFields(writer, ["Resource", "WriterConfig", argument], place)
        let resource = writer["Resource"].flatMap { text($0, place + "/Resource") }
        if resource == nil, writer[argument] != nil {
            report(place, "\"\(argument)\" needs a \"Resource\"")
        }
        var result = DistributedMap.Writer(
            resource: resource,
            parameters: writer[argument].map {
                template($0, "\(place)/\(argument)", "ResultWriter/\(argument)")
            },
            transformation: resource == nil ? .compact : .none,
            isLines: false
        )
        if let configuration = writer["WriterConfig"]?.object {
            let place = place + "/WriterConfig"
            checkFields(configuration, ["Transformation", "OutputType"], place)
            if let value = configuration["Transformation"] {
                let known = value.string.flatMap {
                    DistributedMap.Writer.Transformation(rawValue: $0)
                }
                if let known {
                    result.transformation = known
                } else {
                    report(
                        place + "/Transformation",
                        "\(value) is not one of the allowed values"
                            + " [\"NONE\", \"COMPACT\", \"FLATTEN\"]"
                    )
                }
            }
            switch configuration["OutputType"] {
            case "JSONL": result.isLines = true
            case "JSON", nil: break
            case let other?:
                report(
                    place + "/OutputType",
                    "\(other) is not one of the allowed values [\"JSON\", \"JSONL\"]"
                )
            }
        }
        return result
    }
}
