#include <libpq-fe.h>

// Character constants, so not visible to Swift.
static const int weft_pq_severity = PG_DIAG_SEVERITY_NONLOCALIZED;
static const int weft_pq_sqlstate = PG_DIAG_SQLSTATE;
static const int weft_pq_message = PG_DIAG_MESSAGE_PRIMARY;
static const int weft_pq_detail = PG_DIAG_MESSAGE_DETAIL;

static void weft_pq_ignore(void *context, const PGresult *notice) {
    (void)context;
    (void)notice;
}

// Without this, libpq writes the server's notices to standard error.
static inline void weft_pq_silence(PGconn *connection) {
    PQsetNoticeReceiver(connection, weft_pq_ignore, 0);
}
