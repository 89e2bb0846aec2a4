/* SPDX-License-Identifier: Apache-2.0 */
#include <microhttpd.h>
#include <stdio.h>

/* MHD_start_daemon and MHD_get_connection_info are variadic, a logger takes a va_list: Swift can
   call none of them. */

typedef void (*roost_http_log)(void *context, const char *text);

struct roost_http_logger {
  roost_http_log log;
  void *context;
};

static inline void roost_http_vlog(void *logger, const char *format, va_list arguments) {
  const struct roost_http_logger *to = logger;
  char text[512];
  vsnprintf(text, sizeof text, format, arguments);
  to->log(to->context, text);
}

/* `options` ends with MHD_OPTION_END; `logger` must outlive the daemon. */
static inline struct MHD_Daemon *roost_http_start(
    unsigned int flags, MHD_AccessHandlerCallback handler, void *context,
    struct MHD_OptionItem *options, struct roost_http_logger *logger) {
  return MHD_start_daemon(flags, 0, NULL, NULL, handler, context,
                          MHD_OPTION_EXTERNAL_LOGGER, roost_http_vlog, logger,
                          MHD_OPTION_ARRAY, options, MHD_OPTION_END);
}

static inline int roost_http_descriptor(struct MHD_Connection *connection) {
  const union MHD_ConnectionInfo *info =
      MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
  return info ? info->connect_fd : -1;
}

static inline const struct sockaddr *roost_http_peer(struct MHD_Connection *connection) {
  const union MHD_ConnectionInfo *info =
      MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
  return info ? info->client_addr : NULL;
}
