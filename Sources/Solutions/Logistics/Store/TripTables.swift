import Store

/// The tables of shared trips.
enum TripTables {
    static let migrations: [Migration] = [
        Migration(
            "logistics-trips",
            1,
            "shared trips, their plans, delays of orders",
            [
                """
                CREATE TABLE logistics_trip_plan (
                    id TEXT NOT NULL, organisation TEXT NOT NULL, date TEXT NOT NULL,
                    depot TEXT NOT NULL, status TEXT NOT NULL, created_at BIGINT NOT NULL,
                    body TEXT NOT NULL, PRIMARY KEY (organisation, id))
                """,
                """
                CREATE TABLE logistics_trip (
                    id TEXT NOT NULL, organisation TEXT NOT NULL, reference TEXT NOT NULL,
                    plan TEXT NOT NULL, date TEXT NOT NULL, depot TEXT NOT NULL,
                    vehicle TEXT NOT NULL, status TEXT NOT NULL, version BIGINT NOT NULL,
                    created_at BIGINT NOT NULL, updated_at BIGINT NOT NULL, body TEXT NOT NULL,
                    PRIMARY KEY (organisation, id), UNIQUE (organisation, reference))
                """,
                "CREATE INDEX logistics_trip_by_date ON logistics_trip (organisation, date)",
                """
                CREATE TABLE logistics_trip_order (
                    organisation TEXT NOT NULL, order_id TEXT NOT NULL, trip TEXT NOT NULL,
                    PRIMARY KEY (organisation, order_id, trip))
                """,
                """
                CREATE TABLE logistics_trip_counter (
                    organisation TEXT PRIMARY KEY, trips BIGINT NOT NULL)
                """,
                // When goods are ready later than vehicles usually leave, and for which day that was said.
                """
                CREATE TABLE logistics_delay (
                    organisation TEXT NOT NULL, order_id TEXT NOT NULL, date TEXT NOT NULL,
                    ready_seconds BIGINT NOT NULL, reported_at BIGINT NOT NULL,
                    PRIMARY KEY (organisation, order_id))
                """,
                "ALTER TABLE logistics_booking ADD COLUMN trip TEXT",
                "ALTER TABLE logistics_booking ADD COLUMN seat BIGINT NOT NULL DEFAULT 0",
                // A vehicle has one load a day. The orders of a shared trip have a seat each, from 0, and a
                // booking of another order has seat 0 too: so the store itself refuses a second load.
                "DROP INDEX logistics_booking_once",
                """
                CREATE UNIQUE INDEX logistics_booking_once ON logistics_booking
                    (organisation, vehicle, date, seat) WHERE status <> 'released'
                """,
                "CREATE INDEX logistics_booking_by_trip ON logistics_booking (organisation, trip)",
                """
                CREATE INDEX logistics_order_by_date ON logistics_order
                    (organisation, requested_date)
                """,
            ]
        )
    ]
}
