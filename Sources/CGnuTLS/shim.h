/* SPDX-License-Identifier: Apache-2.0 */
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <gnutls/crypto.h>
#include <gnutls/abstract.h>

/* gnutls_free is a variable, which Swift's concurrency checks refuse to read. */
static inline void roost_gnutls_free(void *allocated) { gnutls_free(allocated); }
