public import Core

/// JSON Schemas (2020-12) of what clients send, for tools, OpenAPI and forms.
///
/// Each is complete in itself, without references. They say what a schema can say; the readers also
/// check what depends on the day or on several fields together.
public struct OrderSchemas: Sendable {
    /// `POST /api/orders`.
    public let createOrder: JSON
    /// `PATCH /api/orders/{id}`.
    public let patchOrder: JSON
    /// `POST /api/orders/import` with JSON.
    public let importOrders: JSON
    /// `POST /api/bookings`.
    public let createBooking: JSON
    /// `PATCH /api/bookings/{id}/status`.
    public let patchBookingStatus: JSON
    /// `POST /api/bookings/calculate-price`.
    public let calculatePrice: JSON

    /// Reads the embedded schemas.
    public static func load() throws -> OrderSchemas {
        try OrderSchemas(reading: JSONReader(JSON(parsing: PackageResources.order_schemas_json)))
    }

    private init(reading reader: JSONReader) throws(GeneralFault) {
        let definitions = try reader.member("$defs").value
        createOrder = try Self.schema("createOrder", in: reader, definitions)
        patchOrder = try Self.schema("patchOrder", in: reader, definitions)
        importOrders = try Self.schema("importOrders", in: reader, definitions)
        createBooking = try Self.schema("createBooking", in: reader, definitions)
        patchBookingStatus = try Self.schema("patchBookingStatus", in: reader, definitions)
        calculatePrice = try Self.schema("calculatePrice", in: reader, definitions)
    }

    private static func schema(
        _ key: String,
        in reader: JSONReader,
        _ definitions: JSON
    ) throws(GeneralFault) -> JSON {
        var schema = resolved(try reader.member(key).value, definitions)
        schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
        return schema
    }

    /// The schema with every `{"$ref":"#/$defs/name"}` replaced by what it means.
    private static func resolved(_ schema: JSON, _ definitions: JSON) -> JSON {
        switch schema {
        case .object(let object):
            if let name = object["$ref"]?.string?.split(separator: "/").last,
                let target = definitions[String(name)]
            {
                return resolved(target, definitions)
            }
            return .object(
                JSONObject(object.map { ($0.key, resolved($0.value, definitions)) })
            )
        case .array(let elements):
            return .array(elements.map { resolved($0, definitions) })
        default:
            return schema
        }
    }
}
