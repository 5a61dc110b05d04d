/* The floor: a UDP echo in plain C, one thread, recvmmsg and sendmmsg of up to 64 datagrams: `floor PORT` on 127.0.0.1. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

enum { BATCH = 64, LARGEST = 65536 };

static char memory[BATCH][LARGEST];

int main(int count, char **args) {
  if (count != 2) {
    fprintf(stderr, "floor PORT\n");
    return 2;
  }
  struct sockaddr_in here = {.sin_family = AF_INET, .sin_port = htons(atoi(args[1]))};
  here.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  int fd = socket(AF_INET, SOCK_DGRAM, 0);
  if (fd < 0 || bind(fd, (struct sockaddr *)&here, sizeof here)) {
    perror("floor");
    return 1;
  }
  struct mmsghdr messages[BATCH];
  struct iovec parts[BATCH];
  struct sockaddr_in peers[BATCH];
  for (;;) {
    for (int i = 0; i < BATCH; i++) {
      parts[i] = (struct iovec){memory[i], LARGEST};
      memset(&messages[i], 0, sizeof messages[i]);
      messages[i].msg_hdr.msg_name = &peers[i];
      messages[i].msg_hdr.msg_namelen = sizeof peers[i];
      messages[i].msg_hdr.msg_iov = &parts[i];
      messages[i].msg_hdr.msg_iovlen = 1;
    }
    int came = recvmmsg(fd, messages, BATCH, MSG_WAITFORONE, NULL);
    for (int i = 0; i < came; i++) parts[i].iov_len = messages[i].msg_len;
    for (int sent = 0; sent < came;) {
      int more = sendmmsg(fd, messages + sent, came - sent, 0);
      if (more <= 0) break;
      sent += more;
    }
  }
}
