import Core
public import Privacy

extension LogisticsSolution {
    /// What is personal in orders: who the customer is, where the goods go, and what people wrote.
    ///
    /// References, names of goods, ids, amounts and dates are not: they are what work is done by.
    public var personalData: [PersonalData] {
        [
            PersonalData(
                [
                    PersonalField("customer.name", at: "/customer/name"),
                    PersonalField("customer.email", at: "/customer/email"),
                    PersonalField("customer.phone", at: "/customer/phone"),
                    PersonalField("order.destination", at: "/destination/city"),
                    PersonalField("order.notes", at: "/notes"),
                    PersonalField("order.reason", at: "/statusReason"),
                    PersonalField(
                        "order.address",
                        at: "/deliveries/*/address",
                        erased: Self.withoutPerson
                    ),
                ],
                in: [
                    .output("logistics.fetch-order"), .output("logistics.create-order"),
                    .output("logistics.change-order"), .output("logistics.retry-order"),
                ],
                of: "customer",
                at: "/customer/id"
            ),
            PersonalData(
                [PersonalField(Self.reasonField, at: "/reason")],
                in: [.event("order.*")],
                of: "customer",
                at: "/customerId"
            ),
        ]
    }

    /// Why people did something to an order, in their own words.
    static let reasonField = "order.reason"

    /// An address as agents still need it once its person is erased.
    private static func withoutPerson(_ address: JSON) -> JSON {
        (try? Address(reading: JSONReader(address)))?.erased.json ?? Privacy.erasedText
    }
}
