/// The field `Content-Disposition` of files (RFC 6266).
public enum FileDisposition {
    /// It is saved under `name`.
    public static func attachment(_ name: some StringProtocol) -> String {
        field("attachment", name)
    }

    /// It is shown, and saved under `name` when somebody asks for that.
    public static func inline(_ name: some StringProtocol) -> String { field("inline", name) }

    /// The name percent-encoded (RFC 8187), so that any may stand in a field.
    private static func field(_ kind: String, _ name: some StringProtocol) -> String {
        let hexadecimal = Array("0123456789ABCDEF")
        let encoded = name.utf8.reduce(into: "") { text, byte in
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F, 0x7E:
                text.unicodeScalars.append(Unicode.Scalar(byte))
            default:
                text += "%\(hexadecimal[Int(byte >> 4)])\(hexadecimal[Int(byte & 15)])"
            }
        }
        return "\(kind); filename*=UTF-8''\(encoded)"
    }
}
