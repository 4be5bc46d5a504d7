import Observability
import Testing

@Suite struct MetricsTests {
    @Test("The text is what Prometheus' exposition format 0.0.4 asks for")
    func exposition() {
        let metrics = Metrics()
        let requests = metrics.counter(
            "http_requests_total",
            help: "The total number of HTTP requests.",
            labels: ["method", "code"]
        )
        requests.with("post", "200").add(1_027)
        requests.with("post", "400").add(3)
        metrics.gauge("temperature", help: "A value with a fraction.").set(-2.5)
        let expected = """
            # HELP http_requests_total The total number of HTTP requests.
            # TYPE http_requests_total counter
            http_requests_total{method="post",code="200"} 1027
            http_requests_total{method="post",code="400"} 3
            # HELP temperature A value with a fraction.
            # TYPE temperature gauge
            temperature -2.5

            """
        #expect(metrics.render() == expected)
    }

    @Test("Help escapes backslash and line feed, label values the double quote too")
    func escapes() {
        let metrics = Metrics()
        metrics.gauge("files", help: "a\\b\n\"c\"", labels: ["path"]).with("C:\\DIR\n\"x\"").set(1)
        // The escapes are those of the format's own example "C:\\DIR\\FILE.TXT".
        #expect(metrics.render().contains(#"# HELP files a\\b\n"c""# + "\n"))
        #expect(metrics.render().contains(#"files{path="C:\\DIR\n\"x\""} 1"#))
    }

    @Test(
        "Special numbers are written as Go reads them",
        arguments: [
            (Double.infinity, "+Inf"), (-Double.infinity, "-Inf"), (Double.nan, "NaN"),
            (0.1, "0.1"),
            (1e21, "1e+21"), (-0.0, "0"),
        ]
    )
    func numbers(value: Double, text: String) {
        let metrics = Metrics()
        metrics.gauge("value", help: "V.").set(value)
        #expect(metrics.render().hasSuffix("\nvalue \(text)\n"))
    }

    @Test("A histogram's buckets are cumulative, inclusive and end with +Inf")
    func histogram() {
        let metrics = Metrics()
        let sizes = metrics.histogram("size", help: "S.", labels: ["to"], buckets: [1, 2.5])
        for value in [0.5, 1, 2, 2.5, 9, .nan] {
            sizes.with("a").record(value)
        }
        let expected = """
            # HELP size S.
            # TYPE size histogram
            size_bucket{to="a",le="1"} 2
            size_bucket{to="a",le="2.5"} 4
            size_bucket{to="a",le="+Inf"} 5
            size_sum{to="a"} 15
            size_count{to="a"} 5

            """
        #expect(metrics.render() == expected)
    }

    @Test("Labels without bound end in one series named other")
    func cardinality() {
        let metrics = Metrics(seriesPerFamily: 3)
        let hits = metrics.counter("hits_total", help: "H.", labels: ["who", "where"])
        for index in 0..<100 {
            hits.with("\(index)", "x").add()
        }
        let all = hits.all
        #expect(all.count == 4)
        #expect(all.first { $0.labels == ["other", "other"] }?.reading == 97)
        #expect(all.map(\.reading).reduce(0, +) == 100)
    }

    @Test("A long label value is cut, and finds its series again")
    func longLabels() {
        let metrics = Metrics()
        let hits = metrics.counter("hits_total", help: "H.", labels: ["who"])
        for _ in 0..<2 {
            hits.with(String(repeating: "x", count: 5_000)).add()
        }
        #expect(hits.all.count == 1)
        #expect(hits.all.first?.labels == [String(repeating: "x", count: 128)])
        #expect(hits.all.first?.reading == 2)
    }

    @Test("Asking twice gives the same family")
    func sameFamily() {
        let metrics = Metrics()
        metrics.counter("a_total", help: "A.").add()
        metrics.counter("a_total", help: "A.").add(2)
        #expect(metrics.counter("a_total", help: "A.").with([]).reading == 3)
    }

    @Test("Nothing is lost when many tasks count at once")
    func concurrent() async {
        let metrics = Metrics()
        let count = metrics.counter("n_total", help: "N.", labels: ["k"])
        let times = metrics.histogram("t_seconds", help: "T.")
        await withTaskGroup { group in
            for _ in 0..<8 {
                group.addTask {
                    for index in 0..<5_000 {
                        count.with("\(index % 2)").add()
                        times.record(0.5)
                    }
                }
            }
        }
        #expect(count.all.map(\.reading) == [20_000, 20_000])
        #expect(times.with([]).reading.count == 40_000)
        #expect(times.with([]).reading.sum == 20_000)
    }

    @Test("The process' own figures are there and plausible")
    func process() throws {
        let now = ProcessMetrics.read()
        #expect(now.residentBytes > 1_000_000)
        #expect(now.virtualBytes >= now.residentBytes)
        #expect(now.cpuSeconds > 0)
        #expect(now.openFiles >= 3)
        #expect(now.threads >= 1)
    }
}

@Suite struct DistributionTests {
    /// Ten values up to 1, thirty in 1…2, ten beyond 4: 50 values in all.
    private let distribution = Distribution(bounds: [1, 2, 4], counts: [10, 30, 0, 10], sum: 120)

    @Test(
        "Quantiles interpolate within the bucket, as histogram_quantile does",
        arguments: [
            // Rank 5 of 50 is half way through the first bucket, which starts at 0.
            (0.1, 0.5),
            (0.2, 1.0),
            // Rank 25: 15 of 30 into the bucket 1…2.
            (0.5, 1.5),
            (0.8, 2.0),
            // Beyond the last bound nothing is known but the bound.
            (0.9, 4.0), (1.0, 4.0), (0.0, 0.0), (-1.0, 0.0), (7.0, 4.0),
        ]
    )
    func quantiles(quantile: Double, value: Double) {
        #expect(distribution.quantile(quantile) == value)
    }

    @Test("A first bucket with a bound below zero is answered with its bound")
    func negative() {
        #expect(Distribution(bounds: [-3, 1], counts: [4, 0, 0], sum: -20).quantile(0.5) == -3)
    }

    @Test("Without values there is no quantile and no mean")
    func empty() {
        let empty = Distribution(bounds: [1], counts: [0, 0], sum: 0)
        #expect(empty.quantile(0.5) == nil)
        #expect(empty.mean == nil)
    }

    @Test("The difference of two readings is what came between them")
    func since() {
        let earlier = Distribution(bounds: [1, 2, 4], counts: [10, 10, 0, 0], sum: 20)
        let expected = Distribution(bounds: [1, 2, 4], counts: [0, 20, 0, 10], sum: 100)
        #expect(distribution.since(earlier) == expected)
        #expect(distribution.mean == 2.4)
    }
}
