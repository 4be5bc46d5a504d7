import Glibc

/// Lengths of shortest lines on the earth.
public enum Geodesic {
    /// The length in metres of the shortest line on the WGS84 ellipsoid.
    ///
    /// T. Vincenty, "Direct and Inverse Solutions of Geodesics on the Ellipsoid with Application of
    /// Nested Equations", Survey Review 23 (176), 1975: accurate to half a millimetre. Between places
    /// that lie almost opposite each other on the globe its iteration does not converge; the answer
    /// is then `greatCircle`'s, which is off by at most 0.6 %.
    public static func meters(from start: Coordinate, to end: Coordinate) -> Double {
        if start == end { return 0 }
        return vincenty(from: start, to: end) ?? greatCircle(from: start, to: end)
    }

    /// The length in metres of the great-circle arc on a sphere of the earth's mean radius.
    ///
    /// The haversine formula (R. W. Sinnott, "Virtues of the Haversine", Sky and Telescope 68, 1984)
    /// with the mean radius R1 of WGS84, 6,371,008.8 m (NIMA TR8350.2, table 3.3).
    public static func greatCircle(from start: Coordinate, to end: Coordinate) -> Double {
        let north = radians(end.latitude - start.latitude)
        let east = radians(end.longitude - start.longitude)
        let half =
            sin(north / 2) * sin(north / 2)
            + cos(radians(start.latitude)) * cos(radians(end.latitude))
            * sin(east / 2) * sin(east / 2)
        return 2 * 6_371_008.8 * asin(min(1, half.squareRoot()))
    }

    // WGS84 (NIMA TR8350.2, table 3.1): semi-major axis and flattening.
    private static let major = 6_378_137.0
    private static let flattening = 1 / 298.257223563
    private static let minor = major * (1 - flattening)

    /// Vincenty's inverse formula; nil when it does not converge.
    private static func vincenty(from start: Coordinate, to end: Coordinate) -> Double? {
        let east = radians(remainder(end.longitude - start.longitude, 360))
        let reduced1 = atan((1 - flattening) * tan(radians(start.latitude)))
        let reduced2 = atan((1 - flattening) * tan(radians(end.latitude)))
        let (sin1, cos1) = (sin(reduced1), cos(reduced1))
        let (sin2, cos2) = (sin(reduced2), cos(reduced2))
        var lambda = east
        // Ordinary pairs take four rounds; the limit lets pairs near the antipodes come to rest.
        for _ in 0..<1_000 {
            let sinLambda = sin(lambda)
            let cosLambda = cos(lambda)
            let across = cos2 * sinLambda
            let along = cos1 * sin2 - sin1 * cos2 * cosLambda
            let sinSigma = (across * across + along * along).squareRoot()
            if sinSigma == 0 { return abs(lambda) < 1 ? 0 : nil }
            let cosSigma = sin1 * sin2 + cos1 * cos2 * cosLambda
            let sigma = atan2(sinSigma, cosSigma)
            let sinAlpha = cos1 * cos2 * sinLambda / sinSigma
            let cosSquaredAlpha = 1 - sinAlpha * sinAlpha
            // On the equator cos²α is 0 and the middle's latitude does not matter.
            let middle = cosSquaredAlpha > 0 ? cosSigma - 2 * sin1 * sin2 / cosSquaredAlpha : 0
            let c =
                flattening / 16 * cosSquaredAlpha
                * (4 + flattening * (4 - 3 * cosSquaredAlpha))
            let turn = middle + c * cosSigma * (2 * middle * middle - 1)
            let next = east + (1 - c) * flattening * sinAlpha * (sigma + c * sinSigma * turn)
            guard abs(next) <= .pi else { return nil }
            if abs(next - lambda) < 1e-12 {
                return length(sigma, sinSigma, cosSigma, middle, cosSquaredAlpha)
            }
            lambda = next
        }
        return nil
    }

    private static func length(
        _ sigma: Double,
        _ sinSigma: Double,
        _ cosSigma: Double,
        _ middle: Double,
        _ cosSquaredAlpha: Double
    ) -> Double {
        let u = cosSquaredAlpha * (major * major - minor * minor) / (minor * minor)
        let a = 1 + u / 16_384 * (4_096 + u * (-768 + u * (320 - 175 * u)))
        let b = u / 1_024 * (256 + u * (-128 + u * (74 - 47 * u)))
        let square = 2 * middle * middle - 1
        let outer = (4 * sinSigma * sinSigma - 3) * (4 * middle * middle - 3)
        let correction =
            b * sinSigma * (middle + b / 4 * (cosSigma * square - b / 6 * middle * outer))
        return minor * a * (sigma - correction)
    }

    private static func radians(_ degrees: Double) -> Double { degrees * .pi / 180 }
}
