import Glibc

extension Packer {
    /// The CPU seconds that the calling thread has used since it began.
    public static let threadSeconds: Clock = {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
    }
}
