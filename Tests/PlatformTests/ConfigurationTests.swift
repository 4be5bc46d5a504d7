import Core
import Testing

@testable import Platform

@Suite struct ConfigurationTests {
    @Test("Nothing configured gives the defaults")
    func defaults() throws {
        let configuration = try Configuration()
        #expect(configuration.text("server.address") == "127.0.0.1")
        #expect(configuration.integer("server.port") == 8080)
        #expect(configuration.text("data.folder") == "weft-data")
        #expect(configuration.integer("mail.port") == 587)
        #expect(configuration.number("packing.seconds") == 1)
        #expect(configuration.text("mail.host") == nil)
        #expect(configuration.source(of: "server.port") == .fallback)
        #expect(configuration.source(of: "mail.host") == nil)
    }

    @Test("Every default is a value that its own key allows")
    func defaultsAreValid() throws {
        for key in Configuration.keys {
            if let fallback = key.fallback {
                #expect(try key.value(fallback, from: "the default") == fallback)
            }
        }
    }

    @Test("The command line goes over the environment, that over the file, that over the default")
    func precedence() throws {
        let file: JSON = ["server": ["port": 1001, "threads": 2], "log": ["level": "debug"]]
        let configuration = try Configuration(
            file: file,
            path: "a.json",
            environment: ["WEFT_SERVER_PORT": "1002", "WEFT_SERVER_THREADS": "3", "HOME": "/"],
            options: ["server.port": "1003"]
        )
        #expect(configuration.integer("server.port") == 1003)
        #expect(configuration.source(of: "server.port") == .option("server.port"))
        #expect(configuration.integer("server.threads") == 3)
        #expect(configuration.source(of: "server.threads") == .environment("WEFT_SERVER_THREADS"))
        #expect(configuration.text("log.level") == "debug")
        #expect(configuration.source(of: "log.level") == .file("a.json"))
    }

    @Test("A key may be written with its dots")
    func dottedKey() throws {
        let configuration = try Configuration(file: ["server.port": 1001])
        #expect(configuration.integer("server.port") == 1001)
    }

    @Test("An unknown key of the file names the nearest one")
    func unknownKey() {
        #expect(
            message { try Configuration(file: ["server": ["prot": 1]], path: "a.json") }
                == "\"server.prot\" in a.json is not known; did you mean server.port?"
        )
    }

    @Test("An unknown variable names the nearest one")
    func unknownVariable() {
        #expect(
            message { try Configuration(environment: ["WEFT_SERVER_PROT": "1"]) }
                == "environment variable WEFT_SERVER_PROT is not known; "
                + "did you mean WEFT_SERVER_PORT?"
        )
    }

    @Test("Variables of tests and tools are left alone")
    func foreignVariables() throws {
        _ = try Configuration(environment: ["WEFT_TESTS": "long", "WEFT_CONSOLE": "/tmp"])
    }

    @Test(
        "A value outside its range or of another sort is refused with what was expected",
        arguments: [
            ("server.port", 65_536, "whole number, 0 to 65535"),
            ("server.port", -1, "whole number, 0 to 65535"),
            ("server.port", 80.5, "whole number, 0 to 65535"),
            ("server.port", "http", "whole number, 0 to 65535"),
            ("server.port", true, "whole number, 0 to 65535"),
            ("server.port", nil, "whole number, 0 to 65535"),
            ("mail.port", 0, "whole number, 1 to 65535"),
            ("packing.seconds", 0, "number, 0.01 to 600.0 seconds"),
            ("packing.seconds", 601, "number, 0.01 to 600.0 seconds"),
            ("log.level", "loud", "one of debug, info, warning, error"),
            ("log.level", "INFO", "one of debug, info, warning, error"),
            ("data.folder", 7, "text"),
        ] as [(String, JSON, String)]
    )
    func ranges(_ key: String, _ value: JSON, _ expected: String) {
        let file: JSON = .object(JSONObject([(key, value)]))
        #expect(
            message { try Configuration(file: file, path: "a.json") }
                == "\(key) (a.json): expected \(expected), found \(value.text())"
        )
    }

    @Test("The ends of a range belong to it", arguments: [0, 65_535])
    func ends(_ port: Int) throws {
        let configuration = try Configuration(file: ["server": ["port": .int(port)]])
        #expect(configuration.integer("server.port") == port)
    }

    @Test("A file that is no object is refused")
    func noObject() {
        #expect(message { try Configuration(file: [1]) } == "weft.json: expected an object")
    }

    @Test("A secret is neither explained nor quoted")
    func secrets() throws {
        let configuration = try Configuration(
            environment: ["WEFT_MAIL_PASSWORD": "hunter2hunter2"]
        )
        #expect(configuration.text("mail.password") == "hunter2hunter2")
        #expect(!configuration.explanation.contains("hunter2"))
        #expect(configuration.explanation.contains("a secret, from WEFT_MAIL_PASSWORD"))
        let refusal = message { try Configuration(file: ["mail": ["password": 271_828]]) }
        #expect(refusal == "mail.password (weft.json): expected text, found a secret")
    }

    @Test("Every key is explained")
    func explanation() throws {
        let explanation = try Configuration().explanation
        for key in Configuration.keys {
            #expect(explanation.contains("\(key.name)  (\(key.variable))\n    \(key.meaning)"))
        }
    }

    /// The message of the fault that `make` throws; nil when it throws none.
    private func message(_ make: () throws -> Configuration) -> String? {
        do {
            _ = try make()
            return nil
        } catch {
            return (error as? GeneralFault)?.message
        }
    }
}
