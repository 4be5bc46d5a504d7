#include <sqlite3.h>

// Variadic in SQLite, so not visible to Swift.
static inline int weft_sqlite3_db_config_flag(sqlite3 *db, int option, int value) {
    int now = 0;
    return sqlite3_db_config(db, option, value, &now);
}

// Counting allocations takes a lock that all threads share. To be called before the first connection.
static inline int weft_sqlite3_stop_counting_memory(void) {
    return sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
}

// The caller keeps the bytes until the statement is reset or bound anew.
static inline int weft_sqlite3_bind_text(sqlite3_stmt *statement, int index, const void *text, long length) {
    return sqlite3_bind_text64(statement, index, (const char *)text, (sqlite3_uint64)length, SQLITE_STATIC, SQLITE_UTF8);
}

static inline int weft_sqlite3_bind_blob(sqlite3_stmt *statement, int index, const void *bytes, long length) {
    return sqlite3_bind_blob64(statement, index, bytes, (sqlite3_uint64)length, SQLITE_STATIC);
}

// Computed macros, so not visible to Swift.
static const int weft_sqlite_constraint_unique = SQLITE_CONSTRAINT_UNIQUE;
static const int weft_sqlite_constraint_primary_key = SQLITE_CONSTRAINT_PRIMARYKEY;
static const int weft_sqlite_ioerr_read = SQLITE_IOERR_READ;
static const int weft_sqlite_ioerr_short_read = SQLITE_IOERR_SHORT_READ;
static const int weft_sqlite_ioerr_write = SQLITE_IOERR_WRITE;
static const int weft_sqlite_ioerr_fsync = SQLITE_IOERR_FSYNC;
static const int weft_sqlite_ioerr_truncate = SQLITE_IOERR_TRUNCATE;
static const int weft_sqlite_ioerr_fstat = SQLITE_IOERR_FSTAT;
