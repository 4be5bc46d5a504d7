public import Core

/// Who orders transport, and hears of it.
public struct Customer: Sendable, Hashable {
    /// The id.
    public var id: ID<Customer>
    /// The company's name.
    public var name: String
    /// Where messages go.
    public var email: String
    /// The telephone number, for text messages; nil when there is none.
    public var phone: String?
    /// Where goods go unless an order says otherwise.
    public var address: Address

    /// A customer.
    public init(
        id: ID<Customer>,
        name: String,
        email: String,
        phone: String?,
        address: Address
    ) {
        self.id = id
        self.name = name
        self.email = email
        self.phone = phone
        self.address = address
    }

    /// Reads `{"id","name","email","phone"?,"address"}`.
    public init(reading reader: JSONReader) throws(GeneralFault) {
        try reader.onlyKeys(["id", "name", "email", "phone", "address"])
        id = try reader.member("id").id()
        name = try reader.member("name").text(1...200)
        let email = try reader.member("email")
        self.email = try email.text(3...254)
        guard Self.looksLikeEmail(self.email) else {
            throw email.fault("\"\(self.email)\" is not an e-mail address")
        }
        phone = try Self.phone(in: reader)
        address = try Address(reading: reader.member("address"))
    }

    private static func phone(in reader: JSONReader) throws(GeneralFault) -> String? {
        guard let phone = try reader.optional("phone") else { return nil }
        let text = try phone.text(5...30)
        let digits = text.utf8.count { (0x30...0x39).contains($0) }
        let allowed = text.dropFirst(text.hasPrefix("+") ? 1 : 0)
            .allSatisfy { ($0.isASCII && $0.isNumber) || " -()/".contains($0) }
        // E.164 numbers have at most 15 digits.
        guard allowed, (4...15).contains(digits) else {
            throw phone.fault(
                "\"\(text)\" is not a telephone number, for instance \"+49 30 5550100\""
            )
        }
        return text
    }

    /// One `@`, something before it, a dotted name of letters, digits and hyphens after it.
    static func looksLikeEmail(_ text: String) -> Bool {
        let parts = text.split(separator: "@", omittingEmptySubsequences: false)
        guard parts.count == 2, !parts[0].isEmpty, parts[0].utf8.count <= 64 else { return false }
        guard !parts[0].contains(where: { $0.isWhitespace || "<>(),;:\\\"[]".contains($0) }) else {
            return false
        }
        let labels = parts[1].split(separator: ".", omittingEmptySubsequences: false)
        return labels.count >= 2
            && labels.allSatisfy { label in
                !label.isEmpty && !label.hasPrefix("-") && !label.hasSuffix("-")
                    && label.allSatisfy { $0.isLetter || ($0.isASCII && $0.isNumber) || $0 == "-" }
            }
    }

    /// The customer as the API writes it.
    public var json: JSON {
        [
            "id": id.json,
            "name": .string(name),
            "email": .string(email),
            "phone": .optional(phone),
            "address": address.json,
        ]
    }

    /// The customer without what says who it is: country and region stay, for figures.
    public var erased: Customer {
        Customer(
            id: id,
            name: Address.erasedText,
            // No such domain can be (RFC 2606).
            email: Self.erasedEmail,
            phone: nil,
            address: address.erased
        )
    }

    /// Whether it was erased.
    public var isErased: Bool { email == Self.erasedEmail }

    static let erasedEmail = "erased@erased.invalid"

    /// `{"id","name"}`.
    public var referenceJSON: JSON { ["id": id.json, "name": .string(name)] }

    /// `{"id","name","email","phone"}`, as an order shows its customer.
    public var contactJSON: JSON {
        [
            "id": id.json,
            "name": .string(name),
            "email": .string(email),
            "phone": .optional(phone),
        ]
    }
}
