public import Core

/// A currency of ISO 4217.
public struct Currency: Sendable, Hashable, CustomStringConvertible {
    /// The three-letter code, for instance `EUR`.
    public let code: String
    /// How many decimal places the minor unit has: 2 for the euro's cent, 0 for the yen.
    public let minorDigits: Int

    /// The euro.
    public static let euro = Currency(code: "EUR", minorDigits: 2)

    /// The currency with that code; nil when ISO 4217 lists no such currency as active.
    public init?(_ code: some StringProtocol) {
        let code = String(code)
        guard code.utf8.count == 3, Self.active.contains(code) else { return nil }
        self.init(code: code, minorDigits: Self.unusualDigits[code] ?? 2)
    }

    private init(code: String, minorDigits: Int) {
        self.code = code
        self.minorDigits = minorDigits
    }

    /// Reads a three-letter code.
    public init(reading reader: JSONReader) throws(GeneralFault) {
        let text = try reader.string(length: 3...3)
        guard let currency = Currency(text) else {
            throw reader.fault(
                "\"\(text)\" is not a currency code of ISO 4217, for instance \"EUR\""
            )
        }
        self = currency
    }

    /// The code.
    public var description: String { code }

    // ISO 4217:2015, list one (funds, metals and test codes left out).
    private static let active = Set(
        """
        AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN \
        BZD CAD CDF CHF CLP CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL \
        GHS GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF \
        KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN \
        MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD \
        SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH \
        UGX USD UYU UZS VED VES VND VUV WST XAF XCD XOF XPF YER ZAR ZMW ZWG
        """
        .split(separator: " ").map(String.init)
    )

    private static let unusualDigits: [String: Int] = [
        "BIF": 0, "CLP": 0, "DJF": 0, "GNF": 0, "ISK": 0, "JPY": 0, "KMF": 0, "KRW": 0, "PYG": 0,
        "RWF": 0, "UGX": 0, "VND": 0, "VUV": 0, "XAF": 0, "XOF": 0, "XPF": 0,
        "BHD": 3, "IQD": 3, "JOD": 3, "KWD": 3, "LYD": 3, "OMR": 3, "TND": 3,
    ]
}
