public import Core

/// A place on the earth in degrees of WGS84.
public struct Coordinate: Sendable, Hashable {
    /// Degrees north of the equator, -90 to 90.
    public let latitude: Double
    /// Degrees east of Greenwich, -180 to 180.
    public let longitude: Double

    /// A place; nil when a value is out of range or not a number.
    public init?(latitude: Double, longitude: Double) {
        guard (-90...90).contains(latitude), (-180...180).contains(longitude) else { return nil }
        self.latitude = latitude
        self.longitude = longitude
    }
}

/// Where goods are fetched or brought.
public struct Address: Sendable, Hashable {
    /// Who is there: a company, a site or a gate.
    public var name: String
    /// Street and number.
    public var street: String
    /// The postcode as its country writes it.
    public var postcode: String
    /// The town.
    public var city: String
    /// The country as two letters of ISO 3166-1, for instance `DE`.
    public var country: String
    /// Where it lies.
    public var coordinate: Coordinate

    /// An address.
    public init(
        name: String,
        street: String,
        postcode: String,
        city: String,
        country: String,
        coordinate: Coordinate
    ) {
        self.name = name
        self.street = street
        self.postcode = postcode
        self.city = city
        self.country = country
        self.coordinate = coordinate
    }

    /// Reads what a client sends; unknown fields are refused and every text is bounded.
    public init(reading reader: JSONReader) throws(GeneralFault) {
        try reader.onlyKeys([
            "name", "street", "postcode", "city", "country", "latitude", "longitude",
        ])
        name = try reader.member("name").text(1...200)
        street = try reader.member("street").text(1...200)
        postcode = try reader.member("postcode").text(1...20)
        city = try reader.member("city").text(1...100)
        let country = try reader.member("country")
        self.country = try country.string(length: 2...2)
        guard Self.countries.contains(self.country) else {
            throw country.fault(
                "\"\(self.country)\" is not a two-letter country code of ISO 3166-1, "
                    + "for instance \"DE\""
            )
        }
        let latitude = try reader.member("latitude").double(in: -90...90)
        let longitude = try reader.member("longitude").double(in: -180...180)
        guard let coordinate = Coordinate(latitude: latitude, longitude: longitude) else {
            throw reader.fault("latitude and longitude must be degrees of WGS84")
        }
        self.coordinate = coordinate
    }

    /// What stands where something personal was.
    static let erasedText = "[erased]"

    /// The address without what says who lives there: the country stays, and the place to a tenth of a
    /// degree (some 11 km), from which distance, price and emission of a transport can still be told.
    public var erased: Address {
        func coarse(_ degrees: Double) -> Double { (degrees * 10).rounded() / 10 }
        let place = Coordinate(
            latitude: coarse(coordinate.latitude),
            longitude: coarse(coordinate.longitude)
        )
        return Address(
            name: Self.erasedText,
            street: Self.erasedText,
            postcode: Self.erasedText,
            city: Self.erasedText,
            country: country,
            coordinate: place ?? coordinate
        )
    }

    /// The address as the API writes it.
    public var json: JSON {
        [
            "name": .string(name),
            "street": .string(street),
            "postcode": .string(postcode),
            "city": .string(city),
            "country": .string(country),
            "latitude": .double(coordinate.latitude),
            "longitude": .double(coordinate.longitude),
        ]
    }

    // ISO 3166-1 alpha-2, officially assigned; XK is the user-assigned code in use for Kosovo.
    private static let countries = Set(
        """
        AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR \
        BS BT BV BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ \
        EC EE EG EH ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW \
        GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY \
        KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV \
        MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY \
        QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG \
        TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS XK YE YT ZA \
        ZM ZW
        """
        .split(separator: " ").map(String.init)
    )
}
