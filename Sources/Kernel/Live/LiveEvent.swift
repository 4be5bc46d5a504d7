import Core
import Events

/// An event on its way to those who follow it, written once for all of them.
final class LiveEvent: Sendable {
    let seq: Int64
    let type: String
    let organisation: ID<Organisation>
    /// The names of the topics it belongs to.
    let names: [String]
    /// `{"id","type","subject","time","data","actor"}`.
    let body: [UInt8]

    init(_ event: LoggedEvent, names: [String]) {
        seq = event.seq
        type = event.type
        organisation = event.organisation
        self.names = names
        var body = Array("{\"id\":".utf8)
        body += JSON.string(event.id).bytes()
        body += Array(",\"type\":".utf8)
        body += JSON.string(event.type).bytes()
        body += Array(",\"subject\":".utf8)
        body += JSON.optional(event.subject).bytes()
        body += Array(",\"time\":".utf8)
        body += event.time.json.bytes()
        body += Array(",\"data\":".utf8)
        body += Array(event.data.utf8)
        body += Array(",\"actor\":".utf8)
        body += Array(event.actor.utf8)
        body.append(UInt8(ascii: "}"))
        self.body = body
    }

    /// The frame for a connection that follows it under these ids.
    func frame(ids: [String]) -> [UInt8] {
        var out = Array("{\"type\":\"event\",\"ids\":".utf8)
        out.reserveCapacity(body.count + 64)
        out += JSON.array(ids.map(JSON.string)).bytes()
        out += Array(",\"seq\":\(seq),\"event\":".utf8)
        out += body
        out.append(UInt8(ascii: "}"))
        return out
    }
}
