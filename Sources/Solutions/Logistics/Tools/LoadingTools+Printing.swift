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
                let text = try input.member("id").string()
                let found = try await kernel.database.read { reader in
                    try Self.find(text, scope, in: reader)
                }
                let (document, version) = try await layout(of: found.order.id, scope)
                let sheet = try Self.printedSheet(found, document, version)
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
        _ document: JSON,
        _ version: Int
    ) throws -> PrintedSheet {
        let shown = SavedLayout.shown(
            document,
            of: found.order,
            version: version,
            loads: found.loads
        )
        guard
            let load = shown["vehicles"]?.array?.first(where: {
                $0["bookingId"] == found.booking.json
            }), let entry = found.loads.first(where: { $0.booking.id == found.booking })
        else { throw noPlan }
        return PrintedSheet(
            load: load,
            reference: found.order.reference,
            vehicle: entry.vehicle.name,
            date: entry.booking.date.description,
            stops: found.order.deliveries.map {
                .init(number: $0.stop, name: "\($0.address.name), \($0.address.city)")
            }
        )
    }
}
