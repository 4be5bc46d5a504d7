import Store

/// The tables of the solution.
enum LogisticsTables {
    static let migrations: [Migration] = [
        Migration(
            "logistics",
            1,
            "customers, depots, vehicles, orders, bookings",
            [
                """
                CREATE TABLE logistics_customer (
                    id TEXT NOT NULL, organisation TEXT NOT NULL, name TEXT NOT NULL,
                    search TEXT NOT NULL, body TEXT NOT NULL, PRIMARY KEY (organisation, id))
                """,
                """
                CREATE TABLE logistics_depot (
                    id TEXT NOT NULL, organisation TEXT NOT NULL, name TEXT NOT NULL,
                    body TEXT NOT NULL, PRIMARY KEY (organisation, id))
                """,
                """
                CREATE TABLE logistics_vehicle (
                    id TEXT NOT NULL, organisation TEXT NOT NULL, name TEXT NOT NULL,
                    depot TEXT NOT NULL, body TEXT NOT NULL, PRIMARY KEY (organisation, id))
                """,
                """
                CREATE TABLE logistics_order (
                    id TEXT NOT NULL, organisation TEXT NOT NULL, reference TEXT NOT NULL,
                    customer TEXT NOT NULL, status TEXT NOT NULL, requested_date TEXT NOT NULL,
                    search TEXT NOT NULL, created_at BIGINT NOT NULL, body TEXT NOT NULL,
                    PRIMARY KEY (organisation, id), UNIQUE (organisation, reference))
                """,
                "CREATE INDEX logistics_order_by_time ON logistics_order (organisation, created_at, id)",
                """
                CREATE TABLE logistics_counter (
                    organisation TEXT PRIMARY KEY, orders BIGINT NOT NULL)
                """,
                """
                CREATE TABLE logistics_booking (
                    id TEXT NOT NULL, organisation TEXT NOT NULL, order_id TEXT NOT NULL,
                    vehicle TEXT NOT NULL, date TEXT NOT NULL, status TEXT NOT NULL,
                    created_at BIGINT NOT NULL, load TEXT, body TEXT NOT NULL,
                    PRIMARY KEY (organisation, id))
                """,
                """
                CREATE TABLE logistics_layout (
                    organisation TEXT NOT NULL, key TEXT NOT NULL, version BIGINT NOT NULL,
                    body TEXT NOT NULL, PRIMARY KEY (organisation, key))
                """,
                // A vehicle has one load a day; the store itself refuses a second one.
                """
                CREATE UNIQUE INDEX logistics_booking_once ON logistics_booking
                    (organisation, vehicle, date) WHERE status <> 'released'
                """,
                "CREATE INDEX logistics_booking_by_order ON logistics_booking (organisation, order_id)",
            ]
        )
    ]
}
