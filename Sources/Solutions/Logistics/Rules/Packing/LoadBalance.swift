/// How a load's weight falls on a vehicle's two supports, and where its centre of gravity may lie.
///
/// Statics of a beam on two supports, as in `LayoutProof`: with the payload `m` at `x`, the rear
/// support bears `m·(x − front)/(rear − front)` and the front one the rest. Solved for `x`, the limits
/// of the supports bound the centre of gravity along the vehicle: one point of the load distribution
/// plan that VDI 2700 Blatt 4 draws over all payloads.
public struct LoadBalance: Sendable, Hashable {
    /// A support with its place, what it bears empty, and what the payload may add.
    public struct Support: Sendable, Hashable {
        /// `x` in the load space, in millimetres.
        public var positionMm: Int
        /// What it bears when the vehicle is empty, in grams; nil when nobody knows.
        public var emptyGrams: Int?
        /// What the payload may add, in grams.
        public var roomGrams: Int

        /// A support.
        public init(positionMm: Int, emptyGrams: Int?, roomGrams: Int) {
            self.positionMm = positionMm
            self.emptyGrams = emptyGrams
            self.roomGrams = roomGrams
        }

        /// The support of a vehicle's record.
        public init(_ axle: Axle) {
            self.init(
                positionMm: axle.positionMm,
                emptyGrams: axle.emptyGrams,
                roomGrams: axle.limitGrams - axle.emptyGrams
            )
        }
    }

    /// The payload on the front support, in grams; negative when the load lifts it.
    public var frontGrams: Double
    /// The payload on the rear support, in grams.
    public var rearGrams: Double
    /// Where the payload's centre of gravity may lie along the load space, in millimetres; nil when
    /// no place keeps both limits.
    public var range: ClosedRange<Double>?

    /// Works out the balance of a payload.
    ///
    /// - Parameters:
    ///   - payloadGrams: its mass, above 0.
    ///   - centreMm: the `x` of its centre of gravity.
    ///   - front: the support nearer the front wall, or before it.
    ///   - rear: the other one; its position is greater.
    ///   - lengthMm: the load space's length.
    public init(
        payloadGrams: Int,
        centreMm: Double,
        front: Support,
        rear: Support,
        lengthMm: Int
    ) {
        let mass = Double(payloadGrams)
        let span = Double(rear.positionMm - front.positionMm)
        rearGrams = mass * (centreMm - Double(front.positionMm)) / span
        frontGrams = mass - rearGrams
        let low = Double(rear.positionMm) - Double(front.roomGrams) * span / mass
        var high = Double(front.positionMm) + Double(rear.roomGrams) * span / mass
        if let empty = front.emptyGrams {
            // Behind this point the load would lift the front support off the ground.
            high = min(high, Double(rear.positionMm) + Double(empty) * span / mass)
        }
        let bounds = (max(0, low), min(Double(lengthMm), high))
        range = bounds.0 <= bounds.1 ? bounds.0...bounds.1 : nil
    }
}
