/// The part of an order that one of several vehicles carries.
public struct LoadShare: Sendable, Hashable {
    /// Its mass in grams.
    public var weightGrams: Int
    /// Its volume in cubic millimetres.
    public var volumeMm3: Int

    /// A share.
    public init(weightGrams: Int, volumeMm3: Int) {
        self.weightGrams = weightGrams
        self.volumeMm3 = volumeMm3
    }
}
