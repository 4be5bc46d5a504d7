import Core

/// Where a model of Amazon Bedrock's is, and with what it is asked.
struct BedrockPlace: Sendable {
    /// The address without `/model`.
    var base: String
    /// The region, for instance `eu-central-1`.
    var region: String
    /// The model's id, an inference profile's, or an ARN.
    var model: String
    /// With what it is asked.
    var credentials: BedrockCredentials

    /// A call of an operation on the model.
    func call(_ operation: String, _ body: JSON, accept: String) -> WireCall {
        let call = WireCall(
            url: "\(base)/model/\(Self.encoded(model))/\(operation)",
            headers: [("content-type", "application/json"), ("accept", accept)],
            body: body.bytes()
        )
        return credentials.applied(to: call, region: region)
    }

    /// What an answer that is none means: its type is in a header field.
    static func fault(
        _ status: Int,
        _ headers: [(name: String, value: String)],
        _ body: [UInt8]
    ) -> ModelFault {
        let json = JSON.ifAny(body)
        let named = headers.first { $0.name == "x-amzn-errortype" }?.value
        let type = (named ?? json?["__type"]?.string).map { type in
            String(type.prefix { $0 != ":" }.split(separator: "#").last ?? "")
        }
        return .provider(
            status,
            type: type,
            message: json?["message"]?.string ?? json?["Message"]?.string,
            retryAfter: RetryAfter.duration(headers)
        )
    }

    private static func encoded(_ text: String) -> String {
        let digits = Array("0123456789ABCDEF".utf8)
        var out: [UInt8] = []
        for byte in text.utf8 {
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F, 0x7E: out.append(byte)
            default: out += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return String(decoding: out, as: UTF8.self)
    }
}
