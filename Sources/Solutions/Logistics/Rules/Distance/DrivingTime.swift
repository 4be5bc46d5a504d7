public import Core

/// When a vehicle reaches its stops, with the pauses that European law asks of drivers.
///
/// Regulation (EC) No 561/2006: a break of 45 minutes after at most 4½ hours of driving (article 7),
/// at most 9 hours of driving a day (article 6) and then 11 hours of rest (article 8). It is applied
/// to vans too, which is on the safe side.
public struct DrivingTime: Sendable, Hashable {
    private static let stretch = 16_200
    private static let pause = 2_700
    private static let day = 32_400
    private static let rest = 39_600

    /// The average speed on the road.
    public var kilometresPerHour: Int
    /// How long unloading takes at each stop but the last, in minutes.
    public var minutesPerStop: Int

    /// Driving at an average speed; by default 30 minutes at each stop.
    public init(kilometresPerHour: Int, minutesPerStop: Int = 30) {
        precondition(kilometresPerHour > 0, "a vehicle that stands never arrives")
        self.kilometresPerHour = kilometresPerHour
        self.minutesPerStop = minutesPerStop
    }

    /// Planning speeds of our own: 75 km/h for vans, 65 km/h for lorries, whose limiters stop at 90.
    public init(_ vehicleClass: VehicleClass) {
        self.init(kilometresPerHour: vehicleClass == .van ? 75 : 65)
    }

    /// When each leg ends, for legs of so many metres driven in order from `departure`.
    public func arrivals(departure: Timestamp, legMeters: [Int]) -> [Timestamp] {
        var elapsed = 0
        var sinceBreak = 0
        var sinceRest = 0
        var arrivals: [Timestamp] = []
        for (index, meters) in legMeters.enumerated() {
            if index > 0 { elapsed += minutesPerStop * 60 }
            var driving = Int((Double(meters) * 3.6 / Double(kilometresPerHour)).rounded())
            while driving > 0 {
                if sinceRest == Self.day {
                    elapsed += Self.rest
                    (sinceBreak, sinceRest) = (0, 0)
                } else if sinceBreak == Self.stretch {
                    elapsed += Self.pause
                    sinceBreak = 0
                }
                let now = min(driving, Self.stretch - sinceBreak, Self.day - sinceRest)
                elapsed += now
                sinceBreak += now
                sinceRest += now
                driving -= now
            }
            arrivals.append(departure + .seconds(elapsed))
        }
        return arrivals
    }

    /// When a vehicle leaves its depot on a day: 06:00 UTC, before the towns fill.
    public static func departure(on date: CalendarDate) -> Timestamp {
        date.start + .seconds(6 * 3_600)
    }
}
