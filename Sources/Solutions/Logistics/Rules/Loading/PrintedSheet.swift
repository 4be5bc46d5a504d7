public import Core

/// A loading sheet to print: what a person needs at the door, with pen and gloves and no network.
///
/// A4 pages: a head with the order, the vehicle, its totals and how it balances; then, group by group,
/// a drawing of the load with the new pieces hatched and numbered, and a table of their steps.
/// Everything can be read in black and white. ``pdf(created:)`` draws it.
public struct PrintedSheet: Sendable {
    /// The load on an axle.
    public struct AxleLoad: Sendable, Hashable {
        /// What people call it.
        public var name: String
        /// What the load adds to it, in grams.
        public var loadGrams: Int
        /// What it may add; nil is unlimited.
        public var limitGrams: Int?

        /// A load.
        public init(name: String, loadGrams: Int, limitGrams: Int?) {
            self.name = name
            self.loadGrams = loadGrams
            self.limitGrams = limitGrams
        }
    }

    /// A stop of the tour.
    public struct Stop: Sendable, Hashable {
        /// Its number, from 1.
        public var number: Int
        /// Who and where.
        public var name: String

        /// A stop.
        public init(number: Int, name: String) {
            self.number = number
            self.name = name
        }
    }

    /// What all is about: an order's reference, or a file's name.
    public var reference: String
    /// The vehicle or container.
    public var vehicle: String
    /// Its number plate; nil leaves room to write it.
    public var plate: String?
    /// The day of loading; nil leaves room to write it.
    public var date: String?
    /// The inside of the vehicle.
    public var space: CargoSpace
    /// The pieces in loading order.
    public var pieces: [LoadingInstruction]
    /// The share of the volume that is filled, 0…1.
    public var volumeShare: Double
    /// What no layout can exceed, and why; nil when nobody worked it out.
    public var bound: (share: Double, reason: String)?
    /// Where the load's centre of gravity is; nil when it weighs nothing.
    public var centre: LayoutProof.Point?
    /// The axles, front one first; none when nobody knows.
    public var axles: [AxleLoad]
    /// The stops, first one first; of one nothing is said.
    public var stops: [Stop]

    /// The mass of all pieces in grams.
    var weightGrams: Int { pieces.reduce(0) { $0 + $1.weightGrams } }

    /// A sheet for a layout of `problem`.
    ///
    /// - Parameters:
    ///   - reference: what all is about.
    ///   - boxes: the boxes in loading order, of kinds that `problem` has.
    ///   - problem: what they are.
    ///   - date: the day of loading.
    public init(
        reference: String,
        boxes: [PackedBox],
        problem: LoadProblem,
        date: String? = nil
    ) {
        let proof = LayoutProof(boxes, in: problem)
        let bound = VolumeBound(problem)
        self.reference = reference
        vehicle = problem.space.id.isEmpty ? "Load space" : problem.space.id
        self.date = date
        space = problem.space
        pieces = LoadingInstruction.list(boxes, in: problem)
        volumeShare = proof.volumeUtilisation
        self.bound = (bound.share, bound.reason)
        centre = proof.centreOfGravity
        axles = []
        if let loads = proof.axleLoads, let limits = problem.space.axles {
            axles = [
                AxleLoad(
                    name: "front",
                    loadGrams: Int(loads.frontGrams.rounded()),
                    limitGrams: limits.frontLimitGrams
                ),
                AxleLoad(
                    name: "rear",
                    loadGrams: Int(loads.rearGrams.rounded()),
                    limitGrams: limits.rearLimitGrams
                ),
            ]
        }
        stops = Set(pieces.map(\.stop)).sorted().map { Stop(number: $0, name: "") }
    }

    /// A sheet for a vehicle as `SavedLayout.shown` writes it, its pieces in the order of their
    /// numbers there.
    ///
    /// - Parameters:
    ///   - load: the vehicle's load, with `container`, `boxes` and what `LoadingSheet` adds.
    ///   - reference: the order's reference.
    ///   - vehicle: the vehicle's name.
    ///   - date: the day of loading.
    ///   - stops: the order's stops.
    public init(
        load: JSON,
        reference: String,
        vehicle: String,
        date: String?,
        stops: [Stop]
    ) {
        func number(_ json: JSON?, _ key: String) -> Int { json?[key]?.int ?? 0 }
        let container = load["container"]
        let payload = number(container, "payloadGrams")
        self.reference = reference
        self.vehicle = vehicle
        self.date = date
        space = CargoSpace(
            length: max(1, number(container, "lengthMm")),
            width: max(1, number(container, "widthMm")),
            height: max(1, number(container, "heightMm")),
            maxWeightGrams: payload > 0 ? payload : nil
        )
        let shown = (load["boxes"]?.array ?? []).sorted {
            number($0, "sequence") < number($1, "sequence")
        }
        let boxes = shown.map { box in
            PackedBox(
                item: 0,
                x: number(box, "xMm"),
                y: number(box, "yMm"),
                z: number(box, "zMm"),
                length: number(box, "lengthMm"),
                width: number(box, "widthMm"),
                height: number(box, "heightMm")
            )
        }
        pieces = zip(shown, LoadingStep.steps(boxes, roof: space.height)).map { box, step in
            var turning: Turning?
            if let up = box["upright"]?.string.flatMap(OrderItem.Side.init(rawValue:)),
                let along = box["along"]?.string.flatMap(OrderItem.Side.init(rawValue:))
            {
                turning = Turning(upright: up, along: along)
            }
            return LoadingInstruction(
                name: box["name"]?.string ?? box["item"]?.string ?? "",
                piece: number(box, "piece"),
                of: number(box, "of"),
                step: step,
                turning: turning,
                weightGrams: number(box, "weightGrams"),
                stop: number(box, "stop")
            )
        }
        volumeShare = load["volumeUtilisation"]?.double ?? 0
        if let share = load["volumeBound"]?.double, let reason = load["boundReason"]?.string {
            bound = (share, reason)
        }
        if let at = load["centreOfGravity"], at["xMm"] != nil {
            centre = .init(
                x: Double(number(at, "xMm")),
                y: Double(number(at, "yMm")),
                z: Double(number(at, "zMm"))
            )
        }
        axles = (load["axles"]?.array ?? []).map { axle in
            AxleLoad(
                name: axle["name"]?.string ?? "axle",
                loadGrams: number(axle, "loadGrams"),
                limitGrams: axle["limitGrams"]?.int
            )
        }
        self.stops = stops
    }
}
