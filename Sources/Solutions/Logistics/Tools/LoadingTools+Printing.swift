import Agents
import Core
import Platform
import Store

extension LogisticsTools {
    func printLoad() throws -> Tool {
        try Tool(
            name: "logistics.print-load",
            purpose:
                "Prints a vehicle's loading sheet as PDF: drawings and steps in loading order.",
            input: Self.object([("id", Self.text)], required: ["id"]),
            output: LoadingShapes.printed,
            roles: Self.loaders,
            body: .compute { [self] input, invocation in
                let scope = invocation.scope
                let (found, shown, _) = try await shownLayout(
                    try input.member("id").string(),
                    scope
                )
                let sheet = try await kernel.database.read { reader in
                    try Self.printedSheet(found, shown, scope, in: reader)
                }
                let now = invocation.now
                let name = "loading-sheet-\(found.order.reference).pdf"
                // Drawing computes for long: not on the loops that answer everybody.
                return try await kernel.workers.value {
                    let printed = try sheet.pdf(created: now)
                    return [
                        "name": .string(name),
                        "content": .string(Base64.encode(printed.bytes)),
                        "missingGlyphs": .int(printed.missingGlyphs),
                    ]
                }
            }
        )
    }

    /// The sheet of the booking that was found, numbered as the layout numbers its pieces.
    private static func printedSheet(
        _ found: Found,
        _ shown: JSON,
        _ scope: Scope,
        in reader: any Reader
    ) throws -> PrintedSheet {
        guard
            let load = shown["vehicles"]?.array?.first(where: {
                $0["bookingId"] == found.booking.json
            }), let entry = found.loads.first(where: { $0.booking.id == found.booking })
        else { throw noPlan }
        let heading = try Heading(of: found.order, entry.booking, scope, in: reader)
        return PrintedSheet(
            load: load,
            reference: heading.reference,
            vehicle: entry.vehicle.name,
            date: entry.booking.date.description,
            stops: heading.stops.map { .init(number: $0.number, name: "\($0.name), \($0.city)") }
        )
    }
}
