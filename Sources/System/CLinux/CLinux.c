#define _GNU_SOURCE
#include "CLinux.h"
#include <linux/sockios.h>
#include <sys/ioctl.h>

int weft_accept4(int listener, struct sockaddr *address, socklen_t *length) {
    return accept4(listener, address, length, SOCK_NONBLOCK | SOCK_CLOEXEC);
}

int weft_unacknowledged(int socket) {
    int count = 0;
    return ioctl(socket, SIOCOUTQ, &count) == 0 ? count : 0;
}
