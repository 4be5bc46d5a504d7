/// Trace ids made of one number: they need to differ, not to be secret.
struct TraceSeed {
    /// The step of SplitMix64 (Steele, Lea and Flood, OOPSLA 2014); seeds that are so far apart share no
    /// id.
    static let step: UInt64 = 0x9E37_79B9_7F4A_7C15

    private let seed: UInt64

    init(_ seed: UInt64) {
        self.seed = seed
    }

    var high: UInt64 { Self.mixed(seed &+ 0x5851_F42D_4C95_7F2D) }
    var low: UInt64 { Self.mixed(seed &+ 0x1405_7B7E_F767_814F) | 1 }
    var span: UInt64 { Self.mixed(seed) | 1 }

    private static func mixed(_ value: UInt64) -> UInt64 {
        var mixed = value
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
