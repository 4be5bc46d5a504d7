#include <sqlite3.h>

// Variadic in SQLite, so not visible to Swift.
static inline int weft_sqlite3_db_config_flag(sqlite3 *db, int option, int value) {
    int now = 0;
    return sqlite3_db_config(db, option, value, &now);
}

// A destructor that is a cast in C: SQLite copies the bytes before the call returns.
static inline int weft_sqlite3_bind_text(sqlite3_stmt *statement, int index, const char *text, int length) {
    return sqlite3_bind_text(statement, index, text, length, SQLITE_TRANSIENT);
}

static inline int weft_sqlite3_bind_blob(sqlite3_stmt *statement, int index, const void *bytes, int length) {
    return sqlite3_bind_blob(statement, index, bytes, length, SQLITE_TRANSIENT);
}

// Computed macros, so not visible to Swift.
static const int weft_sqlite_constraint_unique = SQLITE_CONSTRAINT_UNIQUE;
static const int weft_sqlite_constraint_primary_key = SQLITE_CONSTRAINT_PRIMARYKEY;
