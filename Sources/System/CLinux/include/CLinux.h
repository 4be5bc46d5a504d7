#pragma once

// What the Glibc module map leaves out.
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <spawn.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/sendfile.h>
#include <sys/socket.h>

// accept4 is hidden behind _GNU_SOURCE in the Glibc module.
int weft_accept4(int listener, struct sockaddr *address, socklen_t *length);

// How many bytes the peer has not acknowledged yet, 0 when that is not known; ioctl is variadic.
int weft_unacknowledged(int socket);

// A pipe, reading end first, that programs started later do not inherit; 0, or -1 with errno.
int weft_pipe(int ends[2]);

// Has a program started without any descriptor from `first` on.
int weft_spawn_close_from(posix_spawn_file_actions_t *actions, int first);
