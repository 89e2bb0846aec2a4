/* SPDX-License-Identifier: Apache-2.0 */
/* What Swift's Glibc module lacks of the Linux interface. GNU-only functions are declared by
   hand: defining _GNU_SOURCE in one module changes types that others see. */
#ifndef ROOST_CLINUX_H
#define ROOST_CLINUX_H

#include <stddef.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>

/* accept4(2) with SOCK_NONBLOCK | SOCK_CLOEXEC. Returns the descriptor, or -errno. */
int roost_accept(int listener);

/* setns(2) into the network namespace open at `descriptor`. Returns 0 or -errno. */
int roost_enter_network_namespace(int descriptor);

/* Opens /dev/net/tun and attaches it to the persistent tap `name`, creating it if absent.
   Returns 0 or -errno. The interface outlives the call; nothing stays open. */
int roost_tap_create(const char *name);

/* Deletes the persistent tap `name`. Returns 0 or -errno. */
int roost_tap_delete(const char *name);

/* Nanoseconds of CLOCK_BOOTTIME. */
uint64_t roost_boottime_ns(void);

/* getrandom(2) until `length` bytes are filled. Returns 0 or -errno. */
int roost_random(void *buffer, size_t length);

/* prctl(PR_SET_NAME) for the calling thread; the kernel keeps 15 bytes. */
void roost_name_thread(const char *name);

#endif
