/* SPDX-License-Identifier: Apache-2.0 */
/* What Swift's Glibc module lacks of the Linux interface. GNU-only functions are declared by
   hand: defining _GNU_SOURCE in one module changes types that others see. */
#ifndef ROOST_CLINUX_H
#define ROOST_CLINUX_H

#include <spawn.h>
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

/* Whether somebody keeps civil time right, by adjtimex(2): 1 yes, 0 no, or -errno. */
int roost_clock_is_synchronised(void);

/* getrandom(2) until `length` bytes are filled. Returns 0 or -errno. */
int roost_random(void *buffer, size_t length);

/* pidfd_open(2): a descriptor, closed on exec, that is readable once the process has ended.
   Returns it or -errno. */
int roost_open_process(int pid);

/* pipe2(2) with O_CLOEXEC: the end to read and the end to write. Returns 0 or -errno. */
int roost_pipe(int ends[2]);

/* posix_spawn_file_actions_addclosefrom_np(3): the child closes `first` and all above. Returns 0
   or an errno. */
int roost_spawn_close_from(posix_spawn_file_actions_t *actions, int first);

/* sched_setaffinity(2): process or thread `pid`, 0 for the calling thread, runs on `cpu` only.
   Returns 0 or -errno. */
int roost_pin(int pid, int cpu);

/* prctl(PR_SET_NAME) for the calling thread; the kernel keeps 15 bytes. */
void roost_name_thread(const char *name);

#endif
