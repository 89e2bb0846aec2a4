/* SPDX-License-Identifier: Apache-2.0 */
#include "clinux.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/timex.h>
#include <time.h>
#include <unistd.h>

extern int accept4(int, struct sockaddr *, socklen_t *, int);
extern int pipe2(int[2], int);
extern int posix_spawn_file_actions_addclosefrom_np(posix_spawn_file_actions_t *, int);
extern int setns(int, int);

enum { roost_clone_newnet = 0x40000000 };

int roost_accept(int listener) {
  int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
  return fd < 0 ? -errno : fd;
}

int roost_enter_network_namespace(int descriptor) {
  return setns(descriptor, roost_clone_newnet) < 0 ? -errno : 0;
}

static int tap_persist(const char *name, unsigned long persist) {
  struct ifreq request;
  memset(&request, 0, sizeof request);
  request.ifr_flags = IFF_TAP | IFF_NO_PI;
  if (snprintf(request.ifr_name, sizeof request.ifr_name, "%s", name) >=
      (int)sizeof request.ifr_name)
    return -ENAMETOOLONG;
  int fd = open("/dev/net/tun", O_RDWR | O_CLOEXEC);
  if (fd < 0)
    return -errno;
  int result = 0;
  if (ioctl(fd, TUNSETIFF, &request) < 0 || ioctl(fd, TUNSETPERSIST, persist) < 0)
    result = -errno;
  close(fd);
  return result;
}

int roost_tap_create(const char *name) { return tap_persist(name, 1); }

int roost_tap_delete(const char *name) { return tap_persist(name, 0); }

uint64_t roost_boottime_ns(void) {
  struct timespec now;
  clock_gettime(CLOCK_BOOTTIME, &now);
  return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

int roost_random(void *buffer, size_t length) {
  unsigned char *at = buffer;
  while (length > 0) {
    ssize_t n = getrandom(at, length, 0);
    if (n < 0) {
      if (errno == EINTR)
        continue;
      return -errno;
    }
    at += n;
    length -= (size_t)n;
  }
  return 0;
}

int roost_clock_is_synchronised(void) {
  struct timex state;
  memset(&state, 0, sizeof state);
  int code = adjtimex(&state);
  return code < 0 ? -errno : code != TIME_ERROR;
}

int roost_open_process(int pid) {
  long fd = syscall(SYS_pidfd_open, pid, 0);
  return fd < 0 ? -errno : (int)fd;
}

int roost_pipe(int ends[2]) { return pipe2(ends, O_CLOEXEC) < 0 ? -errno : 0; }

int roost_spawn_close_from(posix_spawn_file_actions_t *actions, int first) {
  return posix_spawn_file_actions_addclosefrom_np(actions, first);
}

int roost_pin(int pid, int cpu) {
  unsigned long mask[16] = {0};
  unsigned bits = 8 * sizeof mask[0];
  if (cpu < 0 || (unsigned)cpu >= 16 * bits)
    return -EINVAL;
  mask[(unsigned)cpu / bits] = 1ul << ((unsigned)cpu % bits);
  return syscall(SYS_sched_setaffinity, pid, sizeof mask, mask) < 0 ? -errno : 0;
}

void roost_name_thread(const char *name) { prctl(PR_SET_NAME, name, 0, 0, 0); }
