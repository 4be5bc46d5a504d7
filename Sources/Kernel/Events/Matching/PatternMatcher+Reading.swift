/// The pass over an event's text.
extension PatternMatcher {
    func object(_ node: Int, _ element: Int32) throws(JSONScanner.Malformed) {
        try scanner.enter()
        if scanner.next() == UInt8(ascii: "}") {
            scanner.at += 1
        } else {
            repeat {
                guard scanner.next() == UInt8(ascii: "\"") else {
                    throw scanner.malformed("a member's name")
                }
                let name = try scanner.string()
                try scanner.colon()
                let child = child(of: node, name)
                if child > 0 {
                    try value(child, element, isInArray: false)
                } else {
                    try scanner.skip()
                }
            } while try scanner.goesOn(until: UInt8(ascii: "}"))
        }
        scanner.depth -= 1
    }

    private func array(_ node: Int, _ element: Int32) throws(JSONScanner.Malformed) {
        try scanner.enter()
        let number = Int32(truncatingIfNeeded: arrays.count)
        let isTracked = tables.tracksElements && tables.nodes[node].hasChildren
        if isTracked {
            arrays.append(
                Array(first: Int32(elements.count), node: Int32(node), valuesEnd: 0)
            )
        }
        if scanner.next() == UInt8(ascii: "]") {
            scanner.at += 1
        } else {
            repeat {
                let byte = scanner.next()
                guard isTracked, byte == UInt8(ascii: "{") || byte == UInt8(ascii: "[") else {
                    try value(node, element, isInArray: true)
                    continue
                }
                let index = elements.count
                let start = Int32(values.count)
                elements.append(
                    Element(parent: element, array: number, end: 0, values: start..<start)
                )
                try value(node, Int32(index), isInArray: true)
                elements[index].end = Int32(elements.count)
                elements[index].values = start..<Int32(values.count)
            } while try scanner.goesOn(until: UInt8(ascii: "]"))
        }
        if isTracked { arrays[Int(number)].valuesEnd = Int32(values.count) }
        scanner.depth -= 1
    }

    @inline(__always)
    private func value(_ node: Int, _ element: Int32, isInArray: Bool)
        throws(JSONScanner.Malformed)
    {
        let field = Int(tables.nodes[node].field)
        guard scanner.at < scanner.end else { throw scanner.malformed("a value") }
        let start = scanner.at
        switch scanner.bytes[start] {
        case UInt8(ascii: "{"):
            if tables.nodes[node].hasChildren {
                try object(node, element)
            } else {
                try scanner.skip()
            }
        case UInt8(ascii: "["):
            try array(node, element)
        case UInt8(ascii: "\""):
            let text = try scanner.string()
            if field >= 0 { see(text, field, element) }
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"):
            try scanner.number()
            if field >= 0 { see(.number, start, field, element) }
        case let byte:
            try scanner.literal()
            if field >= 0 {
                let kind: Scalar.Kind =
                    byte == UInt8(ascii: "t") ? .yes : byte == UInt8(ascii: "f") ? .no : .null
                see(kind, start, field, element)
            }
        }
    }

    private func see(_ text: JSONScanner.Text, _ field: Int, _ element: Int32) {
        note(
            Value(
                field: Int32(field),
                element: element,
                kind: .string,
                hasEscapes: text.hasEscapes,
                start: text.start,
                end: text.end
            )
        )
        if !text.hasEscapes {
            evaluate(Scalar(kind: .string, bytes: slice(text.start, text.end)), field)
            return
        }
        decoded.removeAll(keepingCapacity: true)
        scanner.decode(text, into: &decoded)
        let bytes = decoded
        bytes.withUnsafeBufferPointer { evaluate(Scalar(kind: .string, bytes: $0), field) }
    }

    @inline(__always)
    private func see(_ kind: Scalar.Kind, _ start: Int, _ field: Int, _ element: Int32) {
        note(
            Value(
                field: Int32(field),
                element: element,
                kind: kind,
                hasEscapes: false,
                start: start,
                end: scanner.at
            )
        )
        evaluate(Scalar(kind: kind, bytes: slice(start, scanner.at)), field)
    }

    @inline(__always)
    func slice(_ start: Int, _ end: Int) -> UnsafeBufferPointer<UInt8> {
        UnsafeBufferPointer(start: scanner.bytes + start, count: end - start)
    }

    @inline(__always)
    private func note(_ value: Value) {
        guard tables.fields[Int(value.field)].isRecorded else { return }
        if value.element > 0 { isNested = true }
        values.append(value)
    }

    @inline(__always)
    private func evaluate(_ value: Scalar, _ field: Int) {
        let index = tables.fields[field]
        let isFirst = seen[field] != turn
        if isFirst {
            seen[field] = turn
            seenFields.append(field)
        }
        index.evaluate(
            value,
            into: accumulator + index.words.lowerBound,
            isFirst: isFirst,
            scratch: scratch,
            hits: &hits
        )
    }

    /// Calls `body` with the value as it was met.
    func withScalar<Answer>(_ value: Value, _ body: (Scalar) -> Answer) -> Answer {
        guard value.hasEscapes else {
            return body(Scalar(kind: value.kind, bytes: slice(value.start, value.end)))
        }
        var bytes: [UInt8] = []
        scanner.decode(
            JSONScanner.Text(
                start: value.start,
                end: value.end,
                hasEscapes: true,
                isASCII: false
            ),
            into: &bytes
        )
        return bytes.withUnsafeBufferPointer { body(Scalar(kind: value.kind, bytes: $0)) }
    }
}
