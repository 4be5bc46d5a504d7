import Core

extension Configuration {
    /// What stands before every request: budgets, origins, addresses, screening.
    static let traffic: [ConfigurationKey] = [
        .init(
            "limits.plans",
            .text,
            "standard=500/5000",
            "Usage plans as name=requests a second/burst, or name=off, separated by commas. "
                + "The plan standard is for every account that has no other."
        ),
        .init(
            "limits.assign",
            .text,
            nil,
            "Who has which plan: role:customer=partner, account:<id>=batch, key:<name>=batch."
        ),
        .init(
            "limits.anonymous",
            .text,
            "50/500",
            "Requests a second/burst of one address without a sign-in; off for no limit."
        ),
        .init(
            "limits.files",
            .text,
            "500/10000",
            "The console's files a second/burst of one address; off for no limit. A page is made "
                + "of dozens, and a whole site may share an address."
        ),
        .init(
            "limits.failing",
            .text,
            "5/200",
            "Credentials a second/burst of one address that are not good; off for no limit."
        ),
        .init(
            "limits.clients",
            .integer(100...10_000_000),
            20_000,
            "How many clients' budgets are remembered, of each kind."
        ),
        .init(
            "cors.origins",
            .text,
            nil,
            "Origins whose pages may call the API, like https://erp.example; * for all."
        ),
        .init(
            "cors.max-age",
            .integer(0...86_400),
            600,
            unit: "seconds",
            "How long browsers may remember what an origin may do."
        ),
        .init(
            "screening.mode",
            .choice(["block", "count", "off"]),
            "block",
            "Attacks in paths and queries: refuse clear ones and count the rest, only count, or off."
        ),
        .init(
            "screening.allow",
            .text,
            nil,
            "Address ranges like 10.0.0.0/8; when there are any, only these may come."
        ),
        .init("screening.deny", .text, nil, "Address ranges that may not come."),
        .init(
            "debug.outputs",
            .flag,
            false,
            "Whether every answer is checked against its schema; one that does not fit is a 500."
        ),
    ]
}
