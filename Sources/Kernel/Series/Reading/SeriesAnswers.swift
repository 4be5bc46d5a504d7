public import Core

extension SeriesPoint {
    /// `{"time","value"}`, and `status` when it is not good.
    public var json: JSON {
        var json: JSON = ["time": at.json, "value": .double(value)]
        if status != 0 { json["status"] = .int(Int64(status)) }
        return json
    }
}

extension SeriesQuestion.Line {
    /// `{"labels","series","unit","values"}`.
    public var json: JSON {
        [
            "labels": .object(JSONObject(labels.map { ($0.key, .string($0.value)) })),
            "series": .int(series), "unit": .string(unit),
            "values": .array(values.map { value in value.map { JSON.double($0) } ?? .null }),
        ]
    }
}
