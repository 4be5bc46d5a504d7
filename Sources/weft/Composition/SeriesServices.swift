import Core
import Observability
import Platform
import Series
import Store

/// Time series, composed.
enum SeriesServices {
    /// The store with what was configured.
    static func store(_ configuration: Configuration) throws -> SeriesStore {
        var limits = SeriesLimits()
        limits.late = .seconds(configuration.integer("series.late-days") * 86_400)
        limits.seriesPerOrganisation = configuration.integer("series.most")
        return SeriesStore(
            limits: limits,
            rules: try SeriesRetentionRules(
                configuration.text("series.retention") ?? "",
                standard: try SeriesRetention(
                    raw: configuration.integer("series.raw-days"),
                    minute: configuration.integer("series.minute-days"),
                    hour: configuration.integer("series.hour-days"),
                    day: configuration.integer("series.day-days")
                )
            )
        )
    }

    /// What makes blocks and roll-ups, and forgets.
    static func upkeep(_ kernel: Kernel) -> SeriesUpkeep {
        let logger = kernel.logger
        return SeriesUpkeep(kernel.series, database: kernel.database, clock: kernel.clock) {
            logger.error("series", ["error": .string(String(describing: $0))])
        }
    }
}
