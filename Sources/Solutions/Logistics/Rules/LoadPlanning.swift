public import Core

/// A kind of vehicle: all that matters for packing, so that vehicles alike share one layout.
public struct VehicleKind: Sendable, Hashable {
    /// Tells kinds apart: class and a hash of sizes, payload and axles.
    public var id: String
    /// What people call it.
    public var label: String
    /// The class's name.
    public var vehicleClass: VehicleClass
    /// The load space with its axles.
    public var space: CargoSpace
    /// How many there are.
    public var count: Int

    /// The kind of one vehicle.
    public init(of vehicle: Vehicle) {
        let body: JSON = [
            "l": .int(vehicle.lengthMm), "w": .int(vehicle.widthMm), "h": .int(vehicle.heightMm),
            "p": .int(vehicle.payloadGrams), "a": .array(vehicle.axles.map(\.json)),
        ]
        let hash = String(fnv1a64(body.bytes(.canonical)), radix: 16)
        id = "\(vehicle.vehicleClass.rawValue)-\(hash)"
        label =
            "\(vehicle.vehicleClass.label), \(metres(vehicle.lengthMm)) × \(metres(vehicle.widthMm)) "
            + "× \(metres(vehicle.heightMm)) m"
        vehicleClass = vehicle.vehicleClass
        count = 1
        var axles: Axles?
        if vehicle.axles.count == 2 {
            axles = Axles(
                frontPosition: vehicle.axles[0].positionMm,
                rearPosition: vehicle.axles[1].positionMm,
                frontLimitGrams: vehicle.axles[0].limitGrams - vehicle.axles[0].emptyGrams,
                rearLimitGrams: vehicle.axles[1].limitGrams - vehicle.axles[1].emptyGrams
            )
        }
        space = CargoSpace(
            id: id,
            length: vehicle.lengthMm,
            width: vehicle.widthMm,
            height: vehicle.heightMm,
            maxWeightGrams: vehicle.payloadGrams,
            axles: axles
        )
    }

    /// The kinds of a fleet with their counts, smallest first.
    public static func kinds(of vehicles: [Vehicle]) -> [VehicleKind] {
        var kinds: [VehicleKind] = []
        for vehicle in vehicles {
            let kind = VehicleKind(of: vehicle)
            if let known = kinds.firstIndex(where: { $0.id == kind.id }) {
                kinds[known].count += 1
            } else {
                kinds.append(kind)
            }
        }
        return kinds.sorted { ($0.space.volume, $0.id) < ($1.space.volume, $1.id) }
    }

    /// Reads what `json` wrote.
    public init(reading reader: JSONReader) throws(GeneralFault) {
        id = try reader.member("kind").string()
        label = try reader.member("label").string()
        vehicleClass = try reader.member("class").choice()
        count = try reader.member("count").int(in: 1...10_000)
        var axles: Axles?
        if let listed = try reader.optional("axles") {
            axles = Axles(
                frontPosition: try listed.member("frontMm").int(),
                rearPosition: try listed.member("rearMm").int(),
                frontLimitGrams: try listed.member("frontLimitGrams").int(),
                rearLimitGrams: try listed.member("rearLimitGrams").int()
            )
        }
        space = CargoSpace(
            id: id,
            length: try reader.member("lengthMm").int(in: 1...100_000),
            width: try reader.member("widthMm").int(in: 1...100_000),
            height: try reader.member("heightMm").int(in: 1...100_000),
            maxWeightGrams: try reader.member("payloadGrams").int(in: 1...1_000_000_000),
            axles: axles
        )
    }

    /// `{"kind","label","class","count","lengthMm",…}`.
    public var json: JSON {
        var json: JSON = [
            "kind": .string(id), "label": .string(label), "class": .string(vehicleClass.rawValue),
            "count": .int(count), "lengthMm": .int(space.length), "widthMm": .int(space.width),
            "heightMm": .int(space.height), "payloadGrams": .int(space.maxWeightGrams ?? 0),
        ]
        if let axles = space.axles {
            json["axles"] = [
                "frontMm": .int(axles.frontPosition), "rearMm": .int(axles.rearPosition),
                "frontLimitGrams": .int(axles.frontLimitGrams ?? 0),
                "rearLimitGrams": .int(axles.rearLimitGrams ?? 0),
            ]
        }
        return json
    }
}

/// Finds the ways to load an order: in one vehicle of each of the smallest kinds that take all of it,
/// or in several vehicles when none does.
public struct LoadPlanning: Sendable {
    /// What one kind of vehicle came to.
    public struct Attempt: Sendable {
        /// The kind.
        public var kind: VehicleKind
        /// Why it does not take everything; nil when it does.
        public var refusal: String?
        /// The volume's use when it does, 0…1.
        public var utilisation: Double
    }

    /// One way to load the order.
    public struct Plan: Sendable {
        /// The vehicles with what goes into each.
        public var loads: [(kind: VehicleKind, problem: LoadProblem, layout: Layout)]
    }

    /// The ways found, smallest vehicle first; none when the goods cannot be loaded.
    public var plans: [Plan]
    /// What each kind came to.
    public var attempts: [Attempt]
    /// Why goods were left over, by item; empty when there is a plan.
    public var reasons: [String: String]

    /// At most this many ways in one vehicle are looked for, so that booking has a choice.
    private static let alternatives = 3

    /// Plans the load.
    ///
    /// - Parameters:
    ///   - items: what is to be loaded.
    ///   - kinds: the vehicles there are, smallest first.
    ///   - seconds: how long all of it may compute.
    ///   - keepApart: which goods may not stand near each other, or not ride in one vehicle.
    ///   - packer: does the packing.
    /// - Throws: `PackingError` for impossible input; a fault of code `layout-invalid` when a layout
    ///   does not pass the validator.
    public init(
        items: [CargoItem],
        kinds: [VehicleKind],
        seconds: Double,
        keepApart: [KeepApart] = [],
        packer: Packer = Packer()
    ) throws {
        (plans, attempts, reasons) = ([], [], [:])
        let volume = items.reduce(0) { $0 + $1.volume * $1.quantity }
        let weight = items.reduce(0) { $0 + $1.weightGrams * $1.quantity }
        let parted = keepApart.parting(items).map {
            "\($0.first) and \($0.second) never ride in one vehicle"
        }
        let candidates = kinds.filter {
            parted == nil && Self.refusal(of: $0.space, volume, weight, items) == nil
        }
        let share = seconds / Double(max(1, min(candidates.count, Self.alternatives + 1)))
        for kind in kinds {
            if let refusal = parted ?? Self.refusal(of: kind.space, volume, weight, items) {
                attempts.append(Attempt(kind: kind, refusal: refusal, utilisation: 0))
                continue
            }
            if plans.count >= Self.alternatives {
                attempts.append(
                    Attempt(kind: kind, refusal: "not needed: smaller ones take it", utilisation: 0)
                )
                continue
            }
            let problem = LoadProblem(space: kind.space, items: items, keepApart: keepApart)
            let layout = try packer.pack(problem, options: .init(budget: .seconds(share)))
            let left = layout.unplaced.values.reduce(0, +)
            attempts.append(
                Attempt(
                    kind: kind,
                    refusal: left == 0 ? nil : "\(left) pieces found no place",
                    utilisation: layout.utilisation
                )
            )
            if left == 0 {
                try Self.validate(layout, problem)
                plans.append(Plan(loads: [(kind, problem, layout)]))
            }
        }
        if plans.isEmpty { try planSeveral(items, kinds, seconds, keepApart, packer) }
    }

    private mutating func planSeveral(
        _ items: [CargoItem],
        _ kinds: [VehicleKind],
        _ seconds: Double,
        _ keepApart: [KeepApart],
        _ packer: Packer
    ) throws {
        let fleet = kinds.map { FleetPacker.Vehicle($0.space, count: $0.count) }
        let found = try FleetPacker(packer: packer).plan(
            items,
            into: fleet,
            keepApart: keepApart,
            options: .init(budget: .seconds(seconds))
        )
        reasons = found.reasons
        if let largest = kinds.last {
            // Why each of many vehicles does not take it helps nobody: the largest stands for all.
            for item in items where kinds.allSatisfy({ item.reasonNotToFit($0.space) != nil }) {
                reasons[item.id] = item.reasonNotToFit(largest.space).map {
                    "no vehicle takes one; of the largest (\(largest.label)): \($0)"
                }
            }
        }
        guard found.unplaced.isEmpty, !found.vehicles.isEmpty else { return }
        for loaded in found.vehicles {
            try Self.validate(loaded.layout, loaded.problem)
        }
        plans = [
            Plan(loads: found.vehicles.map { (kinds[$0.vehicle], $0.problem, $0.layout) })
        ]
    }

    private static func validate(_ layout: Layout, _ problem: LoadProblem) throws {
        let violations = LayoutValidator().violations(of: layout.boxes, in: problem)
        guard let first = violations.first else { return }
        throw GeneralFault(
            .internal,
            code: "layout-invalid",
            "the layout breaks \(violations.count) rules, first: \(first.message)"
        )
    }

    private static func refusal(
        of space: CargoSpace,
        _ volume: Int,
        _ weight: Int,
        _ items: [CargoItem]
    ) -> String? {
        if space.volume < volume {
            return "too small: the goods have \(cubicMetres(volume)) m³, it has "
                + "\(cubicMetres(space.volume)) m³"
        }
        if let limit = space.maxWeightGrams, limit < weight {
            return "too light: the goods weigh \(weight / 1_000) kg, it carries \(limit / 1_000) kg"
        }
        for item in items {
            if let reason = item.reasonNotToFit(space) { return "\(item.id): \(reason)" }
        }
        return nil
    }

    private static func cubicMetres(_ volume: Int) -> String {
        let tenths = (volume + 50_000_000) / 100_000_000
        return "\(tenths / 10).\(tenths % 10)"
    }
}

extension LoadPlanning.Plan {
    /// The plan for the layout document; every box carries its proof.
    func json(number: Int, names: [String: String]) -> JSON {
        [
            "plan": .int(number),
            "vehicles": .array(loads.map { Self.json($0.kind, $0.problem, $0.layout, names) }),
        ]
    }

    private static func json(
        _ kind: VehicleKind,
        _ problem: LoadProblem,
        _ layout: Layout,
        _ names: [String: String]
    ) -> JSON {
        let proof = LayoutProof(layout.boxes, in: problem)
        let bound = VolumeBound(problem)
        let steps = LoadingStep.steps(layout.boxes, roof: problem.space.height)
        var boxes: [JSON] = []
        for (index, box) in layout.boxes.enumerated() {
            let item = problem.items[box.item]
            var json: JSON = [
                "sequence": .int(index + 1), "item": .string(item.id),
                "name": .optional(names[item.id]), "stop": .int(item.stop), "xMm": .int(box.x),
                "yMm": .int(box.y), "zMm": .int(box.z), "lengthMm": .int(box.length),
                "widthMm": .int(box.width), "heightMm": .int(box.height),
                "weightGrams": .int(item.weightGrams),
                "supported": .double(proof.boxes[index].supported),
                "bearsGrams": .int(Int(proof.boxes[index].bearsGrams.rounded())),
                "maxLoadGrams": item.maxLoadGrams.map { .int($0) } ?? .null,
                "fragile": .bool(item.isFragile),
                "supportedMm2": .int(proof.boxes[index].supportedMm2),
                "reachable": .bool(proof.boxes[index].isReachable),
                "access": .string(steps[index].access.rawValue),
            ]
            if let goodsClass = item.goodsClass { json["goodsClass"] = .string(goodsClass) }
            if item.priority > 0 { json["priority"] = .int(item.priority) }
            boxes.append(json)
        }
        var json: JSON = [
            "kind": .string(kind.id), "label": .string(kind.label),
            "class": .string(kind.vehicleClass.rawValue),
            "container": [
                "lengthMm": .int(kind.space.length), "widthMm": .int(kind.space.width),
                "heightMm": .int(kind.space.height),
                "payloadGrams": .int(kind.space.maxWeightGrams ?? 0),
            ],
            "boxes": .array(boxes), "volumeUtilisation": .double(proof.volumeUtilisation),
            "volumeBound": .double(bound.share), "boundReason": .string(bound.reason),
            "weightUtilisation": .double(proof.weightUtilisation ?? 0),
            "weightGrams": .int(proof.weightGrams),
            "volumeMm3": .int(layout.boxes.reduce(0) { $0 + $1.length * $1.width * $1.height }),
            "iterations": .int(layout.iterations), "seed": 0, "hash": .string(layout.hash),
            "axles": [],
        ]
        if let centre = proof.centreOfGravity {
            json["centreOfGravity"] = [
                "xMm": .int(Int(centre.x.rounded())), "yMm": .int(Int(centre.y.rounded())),
                "zMm": .int(Int(centre.z.rounded())),
            ]
        }
        if let loads = proof.axleLoads, let axles = kind.space.axles {
            json["axles"] = [
                [
                    "name": "front", "positionMm": .int(axles.frontPosition),
                    "loadGrams": .int(Int(loads.frontGrams.rounded())),
                    "limitGrams": axles.frontLimitGrams.map { .int($0) } ?? .null,
                ],
                [
                    "name": "rear", "positionMm": .int(axles.rearPosition),
                    "loadGrams": .int(Int(loads.rearGrams.rounded())),
                    "limitGrams": axles.rearLimitGrams.map { .int($0) } ?? .null,
                ],
            ]
        }
        return json
    }
}

extension CargoItem {
    /// An order's line as the packer sees it.
    init(_ item: OrderItem) {
        var upright: UprightDimensions = []
        for side in item.upright {
            switch side {
            case .length: upright.insert(.length)
            case .width: upright.insert(.width)
            case .height: upright.insert(.height)
            }
        }
        self.init(
            id: item.id,
            length: item.lengthMm,
            width: item.widthMm,
            height: item.heightMm,
            upright: upright,
            quantity: item.quantity,
            weightGrams: item.weightGrams,
            maxLoadGrams: item.maxLoadGrams,
            isFragile: item.fragile,
            stop: item.stop,
            goodsClass: item.goodsClass,
            priority: item.priority
        )
    }
}

/// Millimetres as metres with two decimals.
private func metres(_ millimetres: Int) -> String {
    let centimetres = (millimetres + 5) / 10
    let rest = centimetres % 100
    return "\(centimetres / 100)." + (rest < 10 ? "0" : "") + "\(rest)"
}
