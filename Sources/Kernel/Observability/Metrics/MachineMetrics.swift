public import Core
import Glibc
import Synchronization

/// What share of its processors' time the machine, and this process, spends working.
///
/// The machine's is what a hypervisor reports as an instance's CPU utilisation.
public final class MachineMetrics: Sendable {
    private struct Reading {
        var at: Timestamp
        var machineBusy: UInt64
        var machineTotal: UInt64
        var processSeconds: Double
    }

    private let last: Mutex<Reading>
    private let clock: any WallClock
    private let cores: Double

    private init(clock: any WallClock) {
        self.clock = clock
        cores = Double(max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))))
        last = Mutex(Self.read(clock))
    }

    /// Keeps `weft_machine_cpu_percent` and `weft_process_cpu_percent`, refreshed at every reading of
    /// the metrics that is at least a second after the one before.
    public static func register(in metrics: Metrics, clock: any WallClock) {
        let machine = metrics.gauge(
            "weft_machine_cpu_percent",
            help: "Share of the machine's CPU time that is not idle, since the last reading."
        )
        let process = metrics.gauge(
            "weft_process_cpu_percent",
            help: "Share of all cores' time that this process used, since the last reading."
        )
        let readings = MachineMetrics(clock: clock)
        metrics.beforeRendering {
            guard let shares = readings.shares() else { return }
            machine.set(shares.machine)
            process.set(shares.process)
        }
    }

    private func shares() -> (machine: Double, process: Double)? {
        let now = Self.read(clock)
        return last.withLock { last in
            let seconds = (now.at - last.at).seconds
            guard seconds >= 1 else { return nil }
            defer { last = now }
            let total = Double(now.machineTotal &- last.machineTotal)
            let busy = Double(now.machineBusy &- last.machineBusy)
            let used = now.processSeconds - last.processSeconds
            return (
                total > 0 ? min(100, 100 * busy / total) : 0,
                min(100, max(0, 100 * used / (seconds * cores)))
            )
        }
    }

    /// The first line of `/proc/stat`: user, nice, system, idle, iowait, irq, softirq, steal (proc(5)).
    private static func read(_ clock: any WallClock) -> Reading {
        var buffer = [UInt8](repeating: 0, count: 512)
        let file = open("/proc/stat", O_RDONLY | O_CLOEXEC)
        var count = 0
        if file >= 0 {
            count = max(0, Glibc.read(file, &buffer, buffer.count))
            close(file)
        }
        let line = String(decoding: buffer.prefix(count), as: UTF8.self).prefix { $0 != "\n" }
        let ticks = line.split(separator: " ").dropFirst().prefix(8).map { UInt64($0) ?? 0 }
        let total = ticks.reduce(0, &+)
        let idle = ticks.count > 4 ? ticks[3] &+ ticks[4] : total
        var cpu = timespec()
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &cpu)
        return Reading(
            at: clock.now(),
            machineBusy: total &- idle,
            machineTotal: total,
            processSeconds: Double(cpu.tv_sec) + Double(cpu.tv_nsec) * 1e-9
        )
    }
}
