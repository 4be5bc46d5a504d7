/// Small changes of a sequence of visits.
enum RouteMoves {
    /// Every route that differs by one reversed part (2-opt) or by up to three visits in a row standing
    /// elsewhere (or-opt).
    static func neighbours(of route: [Visit]) -> [[Visit]] {
        var found: [[Visit]] = []
        for from in route.indices {
            for to in route.indices where to > from {
                let turned: [Visit] = route[from...to].reversed()
                found.append(Array(route[..<from]) + turned + Array(route[(to + 1)...]))
            }
        }
        for count in 1...3 where count < route.count {
            for from in 0...(route.count - count) {
                let part = Array(route[from..<(from + count)])
                let rest = Array(route[..<from] + route[(from + count)...])
                for place in 0...rest.count where place != from {
                    found.append(Array(rest[..<place] + part + rest[place...]))
                }
            }
        }
        return found
    }

    /// The route after steps to the best neighbour, until none is shorter; `length` is nil for routes
    /// that are not allowed.
    static func descended(_ route: [Visit], length: ([Visit]) -> Int?) -> [Visit] {
        var (best, shortest) = (route, length(route) ?? .max)
        while true {
            var next: (route: [Visit], length: Int)?
            for neighbour in neighbours(of: best) {
                if let length = length(neighbour), length < next?.length ?? shortest {
                    next = (neighbour, length)
                }
            }
            guard let next else { return best }
            (best, shortest) = next
        }
    }

    /// The route with further visits, each where it adds least after the one before it.
    static func inserting(
        _ visits: [Visit],
        into route: [Visit],
        length: ([Visit]) -> Int
    ) -> [Visit] {
        var (route, from) = (route, 0)
        for visit in visits {
            let places = (from...route.count).map { place in
                (place: place, route: Array(route[..<place] + [visit] + route[place...]))
            }
            let best = places.min { length($0.route) < length($1.route) }
            guard let best else { continue }
            (route, from) = (best.route, best.place + 1)
        }
        return route
    }
}
