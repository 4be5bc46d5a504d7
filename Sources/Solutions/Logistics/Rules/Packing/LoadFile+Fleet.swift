public import Core

/// The forms for several containers.
extension LoadFile {
    /// What a load file asks for.
    public enum Load: Sendable, Hashable {
        /// `"container"`: as much as goes into this one.
        case single(LoadProblem)
        /// `"containers"`: the smallest that takes all, or several.
        case fleet(FleetProblem)

        /// What may be a slip: JSON pointer and message.
        public var doubts: [(pointer: String, message: String)] {
            switch self {
            case .single(let problem): problem.doubts
            case .fleet(let problem): problem.doubts
            }
        }
    }

    private static let vehicleKeys: Set<String> = ["container", "offered"]
    private static let planKeys: Set<String> = ["vehicles", "unplaced", "reasons", "utilisation"]

    /// The problem that `json` describes with one container or several, packed under `support`.
    public static func load(_ json: JSON, support: SupportRule = .full) throws(PackingError)
        -> Load
    {
        guard let containers = json["containers"] else {
            // Whoever names no container may not know that there are two ways to.
            if json.object != nil, json["container"] == nil, json.object?.isEmpty == false {
                throw missing(json)
            }
            return .single(try problem(json, support: support))
        }
        guard json["container"] == nil else {
            throw PackingError(
                "contradiction",
                "give \"container\" or \"containers\", not both",
                pointer: "/containers"
            )
        }
        let problem: FleetProblem
        do {
            let reader = JSONReader(json)
            try reader.onlyKeys(["containers", "items", "keepApart"])
            problem = FleetProblem(
                vehicles: try vehicles(JSONReader(containers, pointer: "/containers")),
                items: try items(reader.member("items")),
                support: support,
                keepApart: try keepApart(reader.optional("keepApart"))
            )
        } catch {
            throw PackingError(error)
        }
        try problem.check()
        try problem.checkSense()
        return .fleet(problem)
    }

    private static func missing(_ json: JSON) -> PackingError {
        do {
            try JSONReader(json).onlyKeys(["container", "containers", "items", "keepApart"])
        } catch {
            return PackingError(error)
        }
        return PackingError(
            "missing-field",
            "\"container\" is required, or \"containers\" to choose from",
            pointer: "/container"
        )
    }

    private static func vehicles(_ reader: JSONReader) throws(GeneralFault) -> [FleetPacker.Vehicle]
    {
        var vehicles: [FleetPacker.Vehicle] = []
        for container in try reader.array(count: 1...FleetProblem.mostKinds) {
            let space = try space(container, more: ["count"])
            _ = try container.member("id")
            let count = try container.optional("count")?.int(in: 1...FleetProblem.mostOfOneKind)
            vehicles.append(FleetPacker.Vehicle(space, count: count ?? 1))
        }
        return vehicles
    }

    // MARK: Writing

    /// The plan's JSON form.
    ///
    /// Each vehicle has what a layout has, and in `offered` what could have gone into it: packing that
    /// again into this container with its `iterations` gives the same boxes and `hash`.
    public static func json(
        _ plan: FleetPacker.Plan,
        explained: Bool = false
    ) -> JSON {
        let vehicles = plan.vehicles.map { loaded -> JSON in
            var written = JSONObject()
            written["container"] = .string(loaded.problem.space.id)
            let layout = json(loaded.layout, of: loaded.problem, explained: explained)
            for member in layout.object ?? JSONObject()
            where member.key != "unplaced" && member.key != "reasons" {
                if member.key == "boxes" {
                    written["offered"] = .object(
                        JSONObject(loaded.problem.items.map { ($0.id, .int($0.quantity)) })
                    )
                }
                written[member.key] = member.value
            }
            return .object(written)
        }
        return [
            "vehicles": .array(vehicles),
            "unplaced": .object(
                JSONObject(
                    plan.unplaced.sorted { $0.key < $1.key }.map { ($0.key, .int($0.value)) }
                )
            ),
            "reasons": reasons(plan.reasons),
            "utilisation": .double(plan.utilisation),
        ]
    }

    // MARK: Checking

    /// The violations of a plan's JSON form, as its JSON form: each names the vehicle, from 0.
    ///
    /// Every vehicle is checked for itself, then whether boxes and vehicles suffice for all together.
    public static func violations(_ json: JSON, of problem: FleetProblem) throws(PackingError)
        -> [(vehicle: Int?, violation: Violation)]
    {
        do {
            return try check(JSONReader(json), problem)
        } catch {
            throw PackingError(error)
        }
    }

    private static func check(_ reader: JSONReader, _ problem: FleetProblem) throws(GeneralFault)
        -> [(vehicle: Int?, violation: Violation)]
    {
        try reader.onlyKeys(planKeys)
        let kinds = kinds(of: problem.items)
        let spaces = Dictionary(
            problem.vehicles.enumerated().map { ($1.space.id, $0) }
        ) { first, _ in first }
        var found: [(vehicle: Int?, violation: Violation)] = []
        var placed = [Int](repeating: 0, count: problem.items.count)
        var used = [Int](repeating: 0, count: problem.vehicles.count)
        let most = 0...FleetProblem.mostKinds * FleetProblem.mostOfOneKind
        for (number, vehicle) in try reader.member("vehicles").array(count: most).enumerated() {
            try vehicle.onlyKeys(layoutKeys.union(vehicleKeys))
            let container = try vehicle.member("container")
            let id = try container.string()
            guard let space = spaces[id] else {
                let near =
                    nearest(to: id, among: spaces.keys).map { "; did you mean \"\($0)\"?" } ?? ""
                throw container.fault(
                    "\"\(id)\" is not a container of the load\(near)",
                    code: "unknown-container"
                )
            }
            used[space] += 1
            let boxes = try boxes(vehicle.member("boxes"), kinds)
            for box in boxes { placed[box.item] += 1 }
            let asked = LoadProblem(
                space: problem.vehicles[space].space,
                items: problem.items,
                support: problem.support,
                keepApart: problem.keepApart
            )
            let own = LayoutValidator().violations(of: boxes, in: asked)
            found += own.map { (number, $0) }
        }
        for (index, item) in problem.items.enumerated() where placed[index] > item.quantity {
            let message =
                "\(placed[index]) boxes of \(item.id) are placed in all vehicles, there are "
                + "\(item.quantity)"
            found.append((nil, Violation(.count, boxes: [], message)))
        }
        for (index, vehicle) in problem.vehicles.enumerated() where used[index] > vehicle.count {
            let message =
                "\(used[index]) vehicles \"\(vehicle.space.id)\" are used, there are "
                + "\(vehicle.count)"
            found.append((nil, Violation(.count, boxes: [], message)))
        }
        return found
    }

    /// The violations' JSON form; `vehicle` is null for what concerns all together.
    public static func json(_ violations: [(vehicle: Int?, violation: Violation)]) -> JSON {
        let list = violations.map { found -> JSON in
            [
                "vehicle": found.vehicle.map { .int($0) } ?? .null,
                "rule": .string(found.violation.rule.rawValue),
                "boxes": .array(found.violation.boxes.map { .int($0) }),
                "message": .string(found.violation.message),
            ]
        }
        return ["valid": .bool(violations.isEmpty), "violations": .array(list)]
    }
}
