import Core
import Vault

/// Requests to gateways for text messages.
enum SMSGateway {
    /// What a body's template may name.
    static let placeholders = ["to", "from", "text", "id"]
    /// The content types that values are escaped for.
    static let contentTypes = ["application/json", "application/x-www-form-urlencoded"]
    /// Three parts of 153 characters: longer texts cost more than they tell.
    static let textLimit = 459

    /// What is sent: subject, then body, then link, as far as it fits.
    static func text(_ message: TargetMessage) -> String {
        let link = message.link.map { "\n\($0)" } ?? ""
        let words = [message.message.subject, message.body].filter { !$0.isEmpty }
            .joined(separator: "\n")
        guard link.count < textLimit - 100 else { return TargetMessage.short(words, textLimit) }
        return TargetMessage.short(words, textLimit - link.count) + link
    }

    /// The request that sends a text to a number.
    ///
    /// - Throws: `ChannelError` when the gateway's settings make no request.
    static func request(
        _ message: TargetMessage,
        to number: String,
        settings: JSONObject,
        secrets: JSONObject,
        now: Timestamp
    ) throws -> WebRequest {
        let text = text(message)
        let from = settings["from"]?.string
        switch settings["preset"]?.string {
        case "twilio":
            return try twilio(text, number, from ?? "", settings, secrets)
        case "sns":
            return try sns(text, number, from, settings, secrets, now)
        default:
            return try generic(text, number, from ?? "", message.id, settings, secrets)
        }
    }

    /// Twilio's `Messages` resource of 2010-04-01.
    private static func twilio(
        _ text: String,
        _ number: String,
        _ from: String,
        _ settings: JSONObject,
        _ secrets: JSONObject
    ) throws -> WebRequest {
        guard let account = settings["accountSid"]?.string,
            let token = secrets["authToken"]?.string
        else { throw ChannelError(.invalidConfiguration, "the gateway has no account") }
        let base = settings["url"]?.string ?? "https://api.twilio.com"
        let sender = from.hasPrefix("MG") ? "MessagingServiceSid" : "From"
        return form(
            "\(trimmed(base))/2010-04-01/Accounts/\(account)/Messages.json",
            [("To", number), (sender, from), ("Body", text)],
            [("Authorization", "Basic " + Base64.encode(Array("\(account):\(token)".utf8)))]
        )
    }

    /// The action `Publish` of Amazon SNS, version 2010-03-31.
    private static func sns(
        _ text: String,
        _ number: String,
        _ from: String?,
        _ settings: JSONObject,
        _ secrets: JSONObject,
        _ now: Timestamp
    ) throws -> WebRequest {
        guard let key = settings["accessKeyId"]?.string, let region = settings["region"]?.string,
            let secret = secrets["secretAccessKey"]?.string
        else { throw ChannelError(.invalidConfiguration, "the gateway has no credentials") }
        var fields = [
            ("Action", "Publish"), ("Version", "2010-03-31"), ("PhoneNumber", number),
            ("Message", text), ("MessageAttributes.entry.1.Name", "AWS.SNS.SMS.SMSType"),
            ("MessageAttributes.entry.1.Value.DataType", "String"),
            ("MessageAttributes.entry.1.Value.StringValue", "Transactional"),
        ]
        if let from {
            let isNumber = from.hasPrefix("+")
            fields += [
                (
                    "MessageAttributes.entry.2.Name",
                    isNumber ? "AWS.MM.SMS.OriginationNumber" : "AWS.SNS.SMS.SenderID"
                ),
                ("MessageAttributes.entry.2.Value.DataType", "String"),
                ("MessageAttributes.entry.2.Value.StringValue", from),
            ]
        }
        var request = form(
            trimmed(settings["url"]?.string ?? "https://sns.\(region).amazonaws.com") + "/",
            fields,
            []
        )
        try AWSSignature(accessKey: key, secretKey: secret, region: region, service: "sns")
            .sign(&request, at: now)
        return request
    }

    /// Any gateway that takes a POST, its body made by the template.
    private static func generic(
        _ text: String,
        _ number: String,
        _ from: String,
        _ id: ID<Outbox.Entry>,
        _ settings: JSONObject,
        _ secrets: JSONObject
    ) throws -> WebRequest {
        guard let url = secrets["url"]?.string, let type = settings["contentType"]?.string,
            let body = settings["body"]?.string
        else { throw ChannelError(.invalidConfiguration, "the gateway has no address or body") }
        let values = ["to": number, "from": from, "text": text, "id": id.description]
        let isJSON = type == "application/json"
        let escape = isJSON ? insideJSON : percentEncoded
        let filled = try MessageTemplate(body, names: placeholders, at: "/body")
            .text(values.mapValues(escape))
        var headers = [(name: "Content-Type", value: type)]
        if let authorization = secrets["authorization"]?.string {
            headers.append(("Authorization", authorization))
        }
        return WebRequest("POST", url, headers: headers, body: Array(filled.utf8))
    }

    private static func form(
        _ url: String,
        _ fields: [(String, String)],
        _ headers: [(name: String, value: String)]
    ) -> WebRequest {
        let body = fields.map { "\($0.0)=\(percentEncoded($0.1))" }.joined(separator: "&")
        let type = (name: "Content-Type", value: "application/x-www-form-urlencoded")
        return WebRequest("POST", url, headers: [type] + headers, body: Array(body.utf8))
    }

    private static func trimmed(_ url: String) -> String {
        url.hasSuffix("/") ? String(url.dropLast()) : url
    }

    /// The text as it stands between the quotation marks of a JSON string.
    private static func insideJSON(_ text: String) -> String {
        let quoted = JSON.string(text).text()
        return String(quoted.dropFirst().dropLast())
    }

    /// All but RFC 3986's unreserved characters as `%XX`.
    static func percentEncoded(_ text: String) -> String {
        let digits = Array("0123456789ABCDEF".utf8)
        var encoded: [UInt8] = []
        for byte in text.utf8 {
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F, 0x7E:
                encoded.append(byte)
            default:
                encoded += [0x25, digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return String(decoding: encoded, as: UTF8.self)
    }
}
