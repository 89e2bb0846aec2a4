/* SPDX-License-Identifier: Apache-2.0 */
#include <sqlite3.h>

/* Seeds what SQLite draws its random numbers from. Variadic in SQLite, which Swift can't call. */
static inline int roost_sqlite_seed(int seed) {
  return sqlite3_test_control(SQLITE_TESTCTRL_PRNG_SEED, seed, (sqlite3 *)0);
}
