/* SPDX-License-Identifier: Apache-2.0 */
#include <curl/curl.h>

/* curl_easy_setopt and curl_easy_getinfo are variadic: Swift can't call them. */

static inline CURLcode roost_curl_long(CURL *handle, CURLoption option, long value) {
  return curl_easy_setopt(handle, option, value);
}

static inline CURLcode roost_curl_offset(CURL *handle, CURLoption option, curl_off_t value) {
  return curl_easy_setopt(handle, option, value);
}

static inline CURLcode roost_curl_pointer(CURL *handle, CURLoption option, const void *value) {
  return curl_easy_setopt(handle, option, value);
}

static inline CURLcode roost_curl_receive(CURL *handle, CURLoption option,
                                          curl_write_callback callback) {
  return curl_easy_setopt(handle, option, callback);
}

static inline CURLcode roost_curl_progress(CURL *handle, curl_xferinfo_callback callback) {
  return curl_easy_setopt(handle, CURLOPT_XFERINFOFUNCTION, callback);
}

static inline long roost_curl_status(CURL *handle) {
  long status = 0;
  curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &status);
  return status;
}
