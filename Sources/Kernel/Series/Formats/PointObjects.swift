public import Core

/// A JSON object on each line: `{"name","labels","time","value","status","unit","kind"}`.
enum PointObjects {
    static func read(_ text: String, into intake: inout SeriesIntake) throws(SeriesError) {
        for (line, text) in PointLine.lines(text) where text.contains(where: { $0 != " " }) {
            let json: JSON
            do {
                json = try JSON(parsing: Array(text.utf8), limits: .init(depth: 4))
            } catch {
                throw PointLine.fault(line, "expected a JSON object: \(error.message)")
            }
            do {
                let reader = JSONReader(json)
                try reader.onlyKeys(["name", "labels", "time", "value", "status", "unit", "kind"])
                try intake.take(
                    try PointReading.point(reader, now: intake.now),
                    of: try PointReading.name(reader),
                    unit: try reader.optional("unit")?.string(length: 0...32),
                    kind: try reader.optional("kind")?.choice(),
                    place: PointLine.place(line)
                )
            } catch let error as SeriesError {
                throw PointLine.at(line, error)
            } catch let error as GeneralFault {
                throw PointLine.fault(
                    line,
                    error.message + (error.pointer.map { " at \($0)" } ?? "")
                )
            } catch {
                throw PointLine.fault(line, String(describing: error))
            }
        }
    }
}

/// Reads series and points that are JSON.
public enum PointReading {
    /// `name` and `labels` of an object.
    ///
    /// - Throws: `GeneralFault` or `SeriesError` that says where.
    public static func name(_ reader: JSONReader) throws -> SeriesName {
        var labels: [SeriesName.Label] = []
        if let given = try reader.optional("labels") {
            guard case .object(let members) = given.value else {
                throw given.fault("expected an object of labels", code: "wrong-type")
            }
            for member in members {
                labels.append(
                    .init(key: member.key, value: try given.member(member.key).string())
                )
            }
        }
        let name = try reader.member("name").string()
        do {
            return try SeriesName(name, labels: labels)
        } catch {
            throw SeriesError(
                error.reason,
                error.message,
                pointer: reader.pointer + (error.pointer ?? "")
            )
        }
    }

    /// `time`, `value` and `status` of an object; without a time it is now.
    ///
    /// - Throws: `GeneralFault` that says where.
    public static func point(
        _ reader: JSONReader,
        now: Timestamp
    ) throws(GeneralFault) -> SeriesPoint {
        var at = now
        if let time = try reader.optional("time") {
            if let micros = time.value.int {
                at = Timestamp(microseconds: Int64(micros))
            } else {
                at = try time.timestamp()
            }
        }
        return SeriesPoint(
            at: at,
            value: try reader.member("value").double(),
            status: UInt32(try reader.optional("status")?.int(in: 0...Int(UInt32.max)) ?? 0)
        )
    }
}
