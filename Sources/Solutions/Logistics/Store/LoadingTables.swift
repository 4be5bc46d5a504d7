import Store

/// The tables of loading and of vehicles' calendars.
enum LoadingTables {
    static let migrations: [Migration] = [
        Migration(
            "loading",
            1,
            "loading progress, days on which vehicles cannot be booked",
            [
                """
                CREATE TABLE logistics_loading (
                    organisation TEXT NOT NULL, booking TEXT NOT NULL, order_id TEXT NOT NULL,
                    total BIGINT NOT NULL, placed BIGINT NOT NULL, problems BIGINT NOT NULL,
                    completed_at BIGINT, PRIMARY KEY (organisation, booking))
                """,
                """
                CREATE TABLE logistics_loading_piece (
                    organisation TEXT NOT NULL, booking TEXT NOT NULL, sequence BIGINT NOT NULL,
                    status TEXT NOT NULL, reason TEXT, note TEXT, revision BIGINT NOT NULL,
                    actor TEXT NOT NULL, done_at BIGINT NOT NULL, recorded_at BIGINT NOT NULL,
                    PRIMARY KEY (organisation, booking, sequence))
                """,
                """
                CREATE TABLE logistics_unavailability (
                    id TEXT NOT NULL, organisation TEXT NOT NULL, vehicle TEXT NOT NULL,
                    from_date TEXT NOT NULL, to_date TEXT NOT NULL, reason TEXT NOT NULL,
                    PRIMARY KEY (organisation, id))
                """,
                """
                CREATE INDEX logistics_unavailability_by_vehicle ON logistics_unavailability
                    (organisation, vehicle, to_date)
                """,
                "CREATE INDEX logistics_booking_by_date ON logistics_booking (organisation, date)",
            ]
        )
    ]
}
