public import Core
import Glibc

/// What the operating system says about this process.
public struct ProcessMetrics: Sendable {
    /// Memory that is in RAM, in bytes.
    public var residentBytes: Int
    /// Address space, in bytes.
    public var virtualBytes: Int
    /// CPU time used by all threads, user and system, in seconds.
    public var cpuSeconds: Double
    /// Open file descriptors.
    public var openFiles: Int
    /// How many file descriptors may be open; nil when unlimited.
    public var openFilesLimit: Int?
    /// Threads.
    public var threads: Int

    /// Reads `/proc` and the process' CPU clock; what cannot be read is 0.
    public static func read() -> ProcessMetrics {
        let page = max(1, sysconf(Int32(_SC_PAGESIZE)))
        let memory = contents(of: "/proc/self/statm").split(separator: " ").map { Int($0) ?? 0 }
        // The process' name, in parentheses, may hold anything; fields are counted behind it. The
        // 20th field of proc(5) is the number of threads.
        let stat = contents(of: "/proc/self/stat")
        let fields = stat[(stat.lastIndex(of: ")") ?? stat.startIndex)...].split(separator: " ")
        var cpu = timespec()
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &cpu)
        var limit = rlimit()
        let limited =
            getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0
            && limit.rlim_cur != rlim_t.max
        return ProcessMetrics(
            residentBytes: memory.count > 1 ? memory[1] * page : 0,
            virtualBytes: memory.first.map { $0 * page } ?? 0,
            cpuSeconds: Double(cpu.tv_sec) + Double(cpu.tv_nsec) * 1e-9,
            openFiles: openFileCount(),
            openFilesLimit: limited ? Int(limit.rlim_cur) : nil,
            threads: fields.count > 18 ? Int(fields[18]) ?? 0 : 0
        )
    }

    /// Keeps Prometheus' standard `process_…` metrics, refreshed at every rendering.
    ///
    /// - Parameters:
    ///   - metrics: where they are kept.
    ///   - clock: tells the time of the start, which is now, and the uptime.
    public static func register(in metrics: Metrics, clock: any WallClock) {
        let resident = metrics.gauge(
            "process_resident_memory_bytes",
            help: "Resident memory size in bytes."
        )
        let virtual = metrics.gauge(
            "process_virtual_memory_bytes",
            help: "Virtual memory size in bytes."
        )
        let cpu = metrics.counter(
            "process_cpu_seconds_total",
            help: "Total user and system CPU time spent in seconds."
        )
        let open = metrics.gauge("process_open_fds", help: "Number of open file descriptors.")
        let limit = metrics.gauge(
            "process_max_fds",
            help: "Maximum number of open file descriptors."
        )
        let threads = metrics.gauge("process_threads", help: "Number of threads.")
        let started = clock.now()
        metrics.gauge(
            "process_start_time_seconds",
            help: "Start time of the process since the Unix epoch in seconds."
        )
        .set(Double(started.microseconds) / 1e6)
        let uptime = metrics.gauge("weft_uptime_seconds", help: "Time since the start in seconds.")
        metrics.beforeRendering {
            let now = read()
            resident.set(Double(now.residentBytes))
            virtual.set(Double(now.virtualBytes))
            let used = cpu.with([])
            used.add(max(0, now.cpuSeconds - used.reading))
            open.set(Double(now.openFiles))
            limit.set(now.openFilesLimit.map(Double.init) ?? .infinity)
            threads.set(Double(now.threads))
            uptime.set((clock.now() - started).seconds)
        }
    }

    private static func openFileCount() -> Int {
        guard let directory = opendir("/proc/self/fd") else { return 0 }
        defer { closedir(directory) }
        // `.`, `..` and the directory's own descriptor are not counted.
        var count = -3
        while readdir(directory) != nil {
            count += 1
        }
        return count
    }

    private static func contents(of path: String) -> String {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return "" }
        defer { close(file) }
        return String(unsafeUninitializedCapacity: 4_096) {
            max(0, Glibc.read(file, $0.baseAddress, 4_096))
        }
    }
}
