/* SPDX-License-Identifier: Apache-2.0 */
/* Debian's SQLite has it; the header shows it only to who asks. */
#define SQLITE_ENABLE_PREUPDATE_HOOK 1
#include <sqlite3.h>

/* Seeds what SQLite draws its random numbers from. Variadic in SQLite, which Swift can't call. */
static inline int roost_sqlite_seed(int seed) {
  return sqlite3_test_control(SQLITE_TESTCTRL_PRNG_SEED, seed, (sqlite3 *)0);
}
