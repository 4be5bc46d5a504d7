public import Core

/// The JSON forms of a load and of its layout: lengths in mm, masses in kg.
public enum LoadFile {
    static let containerKeys: Set<String> = [
        "id", "length", "width", "height", "maxWeight", "axles",
    ]
    private static let axleKeys: Set<String> = ["front", "rear", "frontLimit", "rearLimit"]
    private static let itemKeys: Set<String> = [
        "id", "length", "width", "height", "vertical", "quantity", "weight", "maxLoad", "fragile",
        "stop", "class", "priority",
    ]
    private static let apartKeys: Set<String> = ["classes", "distance"]
    static let layoutKeys: Set<String> = [
        "utilisation", "placed", "unplaced", "reasons", "seconds", "iterations", "hash", "boxes",
        "proof",
    ]
    private static let boxKeys: Set<String> = [
        "item", "x", "y", "z", "length", "width", "height", "supported", "bears", "maxLoad",
        "supportedMm2", "carriers", "headroom", "reachable", "inTheWay", "class", "priority",
    ]
    private static let mostBoxes = 1...LoadProblem.mostOfOneKind

    // MARK: Reading a load

    /// The problem that `json` describes, packed under `support`.
    public static func problem(_ json: JSON, support: SupportRule = .full) throws(PackingError)
        -> LoadProblem
    {
        let problem: LoadProblem
        do {
            let reader = JSONReader(json)
            try reader.onlyKeys(["container", "items", "keepApart"])
            problem = LoadProblem(
                space: try space(reader.member("container")),
                items: try items(reader.member("items")),
                support: support,
                keepApart: try keepApart(reader.optional("keepApart"))
            )
        } catch {
            throw PackingError(error)
        }
        try problem.check()
        try problem.checkSense()
        return problem
    }

    static func space(_ reader: JSONReader, more: Set<String> = []) throws(GeneralFault)
        -> CargoSpace
    {
        try reader.onlyKeys(containerKeys.union(more))
        let sides = 1...CargoSpace.longestSide
        return CargoSpace(
            id: try reader.optional("id")?.string(length: 1...200) ?? "",
            length: try reader.member("length").int(in: sides),
            width: try reader.member("width").int(in: sides),
            height: try reader.member("height").int(in: sides),
            maxWeightGrams: try limit(reader, "maxWeight"),
            axles: try axles(reader.optional("axles"))
        )
    }

    private static func axles(_ reader: JSONReader?) throws(GeneralFault) -> Axles? {
        guard let reader else { return nil }
        try reader.onlyKeys(axleKeys)
        let reach = -CargoSpace.longestSide...2 * CargoSpace.longestSide
        return Axles(
            frontPosition: try reader.member("front").int(in: reach),
            rearPosition: try reader.member("rear").int(in: reach),
            frontLimitGrams: try limit(reader, "frontLimit"),
            rearLimitGrams: try limit(reader, "rearLimit")
        )
    }

    static func keepApart(_ reader: JSONReader?) throws(GeneralFault) -> [KeepApart] {
        guard let reader else { return [] }
        var rules: [KeepApart] = []
        for rule in try reader.array(count: 0...LoadProblem.mostRules) {
            try rule.onlyKeys(apartKeys)
            let classes = try rule.member("classes").array(count: 2...2)
            rules.append(
                KeepApart(
                    try classes[0].string(length: 1...100),
                    try classes[1].string(length: 1...100),
                    distance: try rule.optional("distance")?.int(in: 0...CargoSpace.longestSide)
                )
            )
        }
        return rules
    }

    static func items(_ reader: JSONReader) throws(GeneralFault) -> [CargoItem] {
        var items: [CargoItem] = []
        for reader in try reader.array(count: 0...LoadProblem.mostItems) {
            items.append(try item(reader))
        }
        return items
    }

    private static func item(_ reader: JSONReader) throws(GeneralFault) -> CargoItem {
        try reader.onlyKeys(itemKeys)
        let sides = 1...CargoSpace.longestSide
        return CargoItem(
            id: try name(reader.member("id")),
            length: try reader.member("length").int(in: sides),
            width: try reader.member("width").int(in: sides),
            height: try reader.member("height").int(in: sides),
            upright: try upright(reader.optional("vertical")),
            quantity: try reader.member("quantity").int(in: mostBoxes),
            weightGrams: try weight(reader.optional("weight")),
            maxLoadGrams: try limit(reader, "maxLoad"),
            isFragile: try reader.optional("fragile")?.bool() ?? false,
            stop: try reader.optional("stop")?.int(in: mostBoxes) ?? 1,
            goodsClass: try reader.optional("class")?.string(length: 1...100),
            priority: try reader.optional("priority")?.int(in: LoadProblem.priorities) ?? 0
        )
    }

    /// A text, or a whole number as its digits.
    static func name(_ reader: JSONReader) throws(GeneralFault) -> String {
        if let number = reader.value.int { return String(number) }
        return try reader.string(length: 1...200)
    }

    private static func upright(_ reader: JSONReader?) throws(GeneralFault) -> UprightDimensions {
        guard let reader else { return .height }
        var upright: UprightDimensions = []
        for name in try reader.array(count: 1...3) {
            switch name.value.string {
            case "length": upright.insert(.length)
            case "width": upright.insert(.width)
            case "height": upright.insert(.height)
            default:
                let near = name.value.string.flatMap {
                    nearest(to: $0, among: ["length", "width", "height"])
                }
                throw name.fault(
                    "expected \"length\", \"width\" or \"height\", found "
                        + shortened(name.value.text())
                        + (near.map { "; did you mean \"\($0)\"?" } ?? "")
                )
            }
        }
        return upright
    }

    private static func shortened(_ text: String) -> String {
        text.count > 60 ? text.prefix(57) + "…" : text
    }

    private static let heaviestKilograms = Double(LoadProblem.heaviest / 1_000)

    /// Kilograms as grams; a fraction of a gram counts as a whole one.
    private static func weight(_ reader: JSONReader?) throws(GeneralFault) -> Int {
        guard let reader else { return 0 }
        let grams = try reader.double(in: 0...heaviestKilograms) * 1_000
        return Int(isWhole(grams) ? grams.rounded() : grams.rounded(.up))
    }

    /// Kilograms as grams; a fraction of a gram is not allowed.
    private static func limit(_ reader: JSONReader, _ key: String) throws(GeneralFault) -> Int? {
        guard let reader = try reader.optional(key) else { return nil }
        let grams = try reader.double(in: 0...heaviestKilograms) * 1_000
        return Int(isWhole(grams) ? grams.rounded() : grams.rounded(.down))
    }

    /// Whether only the binary form of a decimal keeps it from being whole.
    private static func isWhole(_ grams: Double) -> Bool {
        abs(grams - grams.rounded()) < 1e-6
    }

    // MARK: Reading a layout

    /// The boxes of a layout's JSON form, whose items are looked up by id in `problem`.
    public static func boxes(_ json: JSON, of problem: LoadProblem) throws(PackingError)
        -> [PackedBox]
    {
        do {
            let reader = JSONReader(json)
            try reader.onlyKeys(layoutKeys)
            return try boxes(reader.member("boxes"), kinds(of: problem.items))
        } catch {
            throw PackingError(error)
        }
    }

    static func boxes(_ reader: JSONReader, _ kinds: [String: Int]) throws(GeneralFault)
        -> [PackedBox]
    {
        var boxes: [PackedBox] = []
        for box in try reader.array(count: 0...LoadProblem.mostOfOneKind) {
            boxes.append(try self.box(box, kinds))
        }
        return boxes
    }

    /// The index of each item by its id.
    static func kinds(of items: [CargoItem]) -> [String: Int] {
        Dictionary(items.enumerated().map { ($1.id, $0) }) { first, _ in first }
    }

    static func box(_ reader: JSONReader, _ kinds: [String: Int]) throws(GeneralFault)
        -> PackedBox
    {
        try reader.onlyKeys(boxKeys)
        let item = try reader.member("item")
        let id = try name(item)
        guard let kind = kinds[id] else {
            let near = nearest(to: id, among: kinds.keys).map { "; did you mean \"\($0)\"?" } ?? ""
            throw item.fault("\"\(id)\" is not an item of the load\(near)", code: "unknown-item")
        }
        let places = -10 * CargoSpace.longestSide...10 * CargoSpace.longestSide
        return PackedBox(
            item: kind,
            x: try reader.member("x").int(in: places),
            y: try reader.member("y").int(in: places),
            z: try reader.member("z").int(in: places),
            length: try reader.member("length").int(in: places),
            width: try reader.member("width").int(in: places),
            height: try reader.member("height").int(in: places)
        )
    }

    // MARK: Writing

    /// The layout's JSON form.
    ///
    /// `reasons` is there when something is left over. With `explained`, each box also says what it
    /// bears, and `proof` has the use of volume and payload, the centre of gravity and the axle loads.
    public static func json(_ layout: Layout, of problem: LoadProblem, explained: Bool = false)
        -> JSON
    {
        let proof = LayoutProof(layout.boxes, in: problem)
        var unplaced = JSONObject()
        for (item, count) in layout.unplaced.sorted(by: { $0.key < $1.key }) {
            unplaced[problem.items[item].id] = .int(count)
        }
        let boxes = layout.boxes.indices.map { index in
            box(layout.boxes[index], proof.boxes[index], of: problem, explained: explained)
        }
        var json: JSON = [
            "utilisation": .double(layout.utilisation),
            "placed": .int(layout.boxes.count),
            "unplaced": .object(unplaced),
            "seconds": .double((layout.seconds * 1e6).rounded() / 1e6),
            "iterations": .int(layout.iterations),
            "hash": .string(layout.hash),
        ]
        if !layout.unplaced.isEmpty {
            json["reasons"] = reasons(LeftOver(layout.boxes, in: problem).reasons(layout.unplaced))
        }
        if explained { json["proof"] = proofJSON(proof, bound: VolumeBound(problem)) }
        json["boxes"] = .array(boxes)
        return json
    }

    static func reasons(_ reasons: [String: String]) -> JSON {
        .object(JSONObject(reasons.sorted { $0.key < $1.key }.map { ($0.key, .string($0.value)) }))
    }

    private static func box(
        _ box: PackedBox,
        _ proof: LayoutProof.Box,
        of problem: LoadProblem,
        explained: Bool
    ) -> JSON {
        var json: JSON = [
            "item": .string(problem.items[box.item].id),
            "x": .int(box.x),
            "y": .int(box.y),
            "z": .int(box.z),
            "length": .int(box.length),
            "width": .int(box.width),
            "height": .int(box.height),
            "supported": .double(proof.supported),
        ]
        if explained { explain(&json, proof) }
        return json
    }

    static func kilograms(_ grams: Double) -> JSON {
        .double(grams.rounded() / 1_000)
    }

    /// The violations' JSON form.
    public static func json(_ violations: [Violation]) -> JSON {
        let list = violations.map { violation -> JSON in
            [
                "rule": .string(violation.rule.rawValue),
                "boxes": .array(violation.boxes.map { .int($0) }),
                "message": .string(violation.message),
            ]
        }
        return ["valid": .bool(violations.isEmpty), "violations": .array(list)]
    }
}
