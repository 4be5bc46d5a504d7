import Core
import Testing

@Suite struct FieldNameTests {
    @Test("Tokens are made of the characters that RFC 9110 section 5.6.2 lists, and of no others")
    func characters() {
        let listed = Set(
            ("!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ").utf8
        )
        for byte in UInt8.min...UInt8.max {
            #expect(FieldName.isToken(byte) == listed.contains(byte), "\(byte)")
        }
        #expect(FieldName.isValid("X-Api-Key") && !FieldName.isValid(""))
        #expect(!FieldName.isValid("X Key") && !FieldName.isValid("Clé"))
    }
}
