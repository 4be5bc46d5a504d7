import Core
import Glibc

extension Doctor {
    func machine() -> [Finding] {
        var findings: [Finding] = []
        var name = utsname()
        if uname(&name) == 0 {
            let system = Self.text(of: &name.sysname)
            let release = Self.text(of: &name.release)
            findings.append(
                system == "Linux"
                    ? Finding(.ok, "Linux \(release), \(Self.text(of: &name.machine))")
                    : Finding(.problem, "the system is \(system)", advice: "use Linux")
            )
        }
        let cores = sysconf(Int32(_SC_NPROCESSORS_ONLN))
        findings.append(
            cores >= 2
                ? Finding(.ok, "\(cores) cores")
                : Finding(
                    .warning,
                    "one core: long computations hold requests up",
                    advice: "give the machine a second core"
                )
        )
        findings.append(Self.memory())
        findings.append(disk())
        findings.append(Self.files())
        findings.append(time())
        return findings
    }

    private static func memory() -> Finding {
        let total = UInt64(max(0, sysconf(Int32(_SC_PHYS_PAGES)))) * UInt64(getpagesize())
        // A server with the demonstration takes some 60 MB; packing and SQLite's caches need room.
        guard total >= 512 << 20 else {
            return Finding(
                .warning,
                "\(bytes(total)) of memory",
                advice: "512 MiB leave room for packing large loads"
            )
        }
        return Finding(.ok, "\(bytes(total)) of memory")
    }

    private func disk() -> Finding {
        // The folder, or the nearest one above it that is there.
        var place = folder.hasPrefix("/") ? folder : "./" + folder
        while access(place, F_OK) != 0, let slash = place.lastIndex(of: "/"),
            slash != place.startIndex
        {
            place = String(place[..<slash])
        }
        var status = statvfs()
        guard statvfs(place, &status) == 0 else {
            return Finding(
                .warning,
                "free space at \(place) is not known: \(String(cString: strerror(errno)))"
            )
        }
        let free = UInt64(status.f_bavail) * UInt64(status.f_frsize)
        let what = "\(Self.bytes(free)) free on the disk of \(folder)"
        // A write-ahead log may grow to 64 MiB before it is cut; below that writing will fail soon.
        if free < 128 << 20 {
            return Finding(.problem, what, advice: "free at least 1 GiB: writing will fail")
        }
        guard free >= 1 << 30 else {
            return Finding(.warning, what, advice: "free at least 1 GiB")
        }
        return Finding(.ok, what)
    }

    private static func files() -> Finding {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else {
            return Finding(.warning, "the limit of open files is not known")
        }
        let count = limit.rlim_cur
        let what = "\(count) open files allowed"
        let advice = "set LimitNOFILE=65536 in the service, or `ulimit -n 65536`"
        if count < 256 { return Finding(.problem, what, advice: advice) }
        // Each connection takes one.
        return count < 4_096 ? Finding(.warning, what, advice: advice) : Finding(.ok, what)
    }

    private func time() -> Finding {
        let now = clock.now()
        // 2025-01-01T00:00:00Z: before this program was written.
        guard now.microseconds >= 1_735_689_600_000_000 else {
            return Finding(
                .problem,
                "the clock says \(now)",
                advice: "set it; tokens and schedules depend on it"
            )
        }
        // A clock that was set back: the store was written in what is now the future.
        var status = stat()
        let ahead =
            stat(folder + "/weft.db", &status) == 0
            ? Int64(status.st_mtim.tv_sec) - now.microseconds / 1_000_000 : 0
        guard ahead <= 60 else {
            return Finding(
                .problem,
                "the clock says \(now), \(ahead) s before the store was last written",
                advice: "set it; systemd-timesyncd or chrony keeps it right"
            )
        }
        return Finding(.ok, "the clock says \(now)")
    }

    /// The text of one of the fixed arrays of characters that `uname` fills.
    private static func text<Characters>(of characters: inout Characters) -> String {
        withUnsafeBytes(of: &characters) { bytes in
            String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
        }
    }
}
