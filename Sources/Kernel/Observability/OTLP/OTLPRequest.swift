import Core

/// The bodies of OTLP's export requests, in protobuf.
///
/// Field numbers are those of opentelemetry-proto 1.x: `trace/v1`, `metrics/v1`, `logs/v1` and
/// `common/v1`.
enum OTLPRequest {
    /// `ExportTraceServiceRequest`.
    static func traces(_ spans: [Span]) -> [UInt8] {
        export { writer in
            for span in spans {
                writer.message(2) { write(span, to: &$0) }
            }
        }
    }

    /// `ExportLogsServiceRequest`.
    static func logs(_ records: [LogRecord]) -> [UInt8] {
        export { writer in
            for record in records {
                writer.message(2) { write(record, to: &$0) }
            }
        }
    }

    /// `ExportMetricsServiceRequest`: everything since `start`, as it reads at `now`.
    static func metrics(
        _ metrics: [MetricSnapshot],
        since start: Timestamp,
        at now: Timestamp
    ) -> [UInt8] {
        export { writer in
            for metric in metrics where !metric.series.isEmpty {
                writer.message(2) { write(metric, start, now, to: &$0) }
            }
        }
    }

    /// One resource with one scope: `resource_… = 1 { resource = 1, scope_… = 2 { scope = 1, … } }`.
    private static func export(_ items: (inout ProtobufWriter) -> Void) -> [UInt8] {
        var writer = ProtobufWriter()
        writer.message(1) { resource in
            resource.message(1) { attribute(1, "service.name", .string("weft"), to: &$0) }
            resource.message(2) { scope in
                scope.message(1) { $0.string(1, "weft") }
                items(&scope)
            }
        }
        return writer.bytes
    }

    private static func write(_ span: Span, to writer: inout ProtobufWriter) {
        writer.bytes(1, big(span.context.traceHigh) + big(span.context.traceLow))
        writer.bytes(2, big(span.context.span))
        if let parent = span.parent { writer.bytes(4, big(parent)) }
        writer.string(5, span.name)
        // SPAN_KIND_INTERNAL 1, SERVER 2, CLIENT 3, CONSUMER 5.
        let kind: Int64 =
            switch span.kind {
            case .ingress: 2
            case .client, .channel: 3
            case .event: 5
            case .workflow, .state, .agent, .tool, .store: 1
            }
        writer.integer(6, kind)
        writer.fixed64(7, nanoseconds(span.start))
        let end = span.start + span.duration
        writer.fixed64(8, nanoseconds(end))
        attribute(9, "weft.kind", .string(span.kind.rawValue), to: &writer)
        if let organisation = span.organisation {
            attribute(9, "weft.organisation", organisation.json, to: &writer)
        }
        for member in span.attributes { attribute(9, member.key, member.value, to: &writer) }
        if let failure = span.status.failure {
            writer.message(11) { event in
                event.fixed64(1, nanoseconds(end))
                event.string(2, "exception")
                attribute(3, "exception.message", .string(failure), to: &event)
            }
            writer.message(15) { status in
                status.string(2, failure)
                status.integer(3, 2)
            }
        }
        // Sampled, as everything that is sent.
        writer.fixed32(16, 1)
    }

    private static func write(_ record: LogRecord, to writer: inout ProtobufWriter) {
        writer.fixed64(1, nanoseconds(record.time))
        let severity: Int64 =
            switch record.level {
            case .debug: 5
            case .info: 9
            case .warning: 13
            case .error: 17
            }
        writer.integer(2, severity)
        writer.string(3, record.level.rawValue.uppercased())
        writer.message(5) { $0.chosenString(1, record.message) }
        for member in record.fields { attribute(6, member.key, member.value, to: &writer) }
        if let trace = record.trace {
            writer.bytes(9, big(trace.traceHigh) + big(trace.traceLow))
            writer.bytes(10, big(trace.span))
        }
        writer.fixed64(11, nanoseconds(record.time))
    }

    /// AGGREGATION_TEMPORALITY_CUMULATIVE.
    private static let cumulative: Int64 = 2

    private static func write(
        _ metric: MetricSnapshot,
        _ start: Timestamp,
        _ now: Timestamp,
        to writer: inout ProtobufWriter
    ) {
        writer.string(1, metric.name)
        writer.string(2, metric.help)
        let field = [MetricKind.gauge: 5, .counter: 7, .histogram: 9][metric.kind] ?? 5
        writer.message(field) { data in
            for (labels, reading) in metric.series {
                data.message(1) { point in
                    point.fixed64(2, nanoseconds(start))
                    point.fixed64(3, nanoseconds(now))
                    let pairs = zip(metric.labels, labels)
                    switch reading {
                    case .number(let value):
                        point.double(4, value)
                        for (name, value) in pairs {
                            attribute(7, name, .string(value), to: &point)
                        }
                    case .distribution(let distribution):
                        point.fixed64(4, distribution.count)
                        point.double(5, distribution.sum)
                        point.packed(6, distribution.counts)
                        point.packed(7, distribution.bounds)
                        for (name, value) in pairs {
                            attribute(9, name, .string(value), to: &point)
                        }
                    }
                }
            }
            if metric.kind != .gauge { data.integer(2, cumulative) }
            if metric.kind == .counter { data.integer(3, 1) }
        }
    }

    /// `KeyValue`.
    private static func attribute(
        _ field: Int,
        _ key: String,
        _ value: JSON,
        to writer: inout ProtobufWriter
    ) {
        guard !value.isNull else { return }
        writer.message(field) { pair in
            pair.string(1, key)
            pair.message(2) { any(value, to: &$0) }
        }
    }

    /// `AnyValue`.
    private static func any(_ value: JSON, to writer: inout ProtobufWriter) {
        switch value {
        case .null: break
        case .string(let text): writer.chosenString(1, text)
        case .bool(let flag): writer.chosenInteger(2, flag ? 1 : 0)
        case .number(let number):
            if let whole = number.int {
                writer.chosenInteger(3, whole)
            } else {
                writer.double(4, number.double)
            }
        case .array(let elements):
            writer.message(5) { list in
                for element in elements { list.message(1) { any(element, to: &$0) } }
            }
        case .object(let object):
            writer.message(6) { list in
                for member in object { attribute(1, member.key, member.value, to: &list) }
            }
        }
    }

    private static func nanoseconds(_ moment: Timestamp) -> UInt64 {
        UInt64(max(0, moment.microseconds)) * 1_000
    }

    private static func big(_ value: UInt64) -> [UInt8] {
        (0..<8).map { UInt8(truncatingIfNeeded: value >> (56 - 8 * $0)) }
    }
}
