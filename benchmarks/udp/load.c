/* An echo load over loopback, one thread: `load PORT PEERS DEPTH BYTES SECONDS`.
 *
 * PEERS sockets keep DEPTH datagrams of BYTES each under way: as many as come back go out again, at once. Each begins with its
 * number; what comes back twice, changed, or at the wrong peer is bad and ends the run with 1. A peer that has heard nothing for
 * 200 ms takes what it waits for as lost, and begins anew. After half a second to warm up it counts for SECONDS, and says
 * `begin` and `end` on lines of their own, so that whoever reads them can look at the server's CPU time meanwhile; then
 * `{"echoed": N, "seconds": S, "lost": N, "p50": US, "p99": US}`.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>

enum { LARGEST = 65536, MOST_DEPTH = 256, EVENTS = 256, WARM_UP_MS = 500, SILENCE_MS = 200, SLOTS = 100000 };

struct peer {
  int fd;
  uint32_t next;                /* the number of the next datagram */
  uint32_t waiting;             /* how many are under way */
  uint32_t number[MOST_DEPTH];  /* of the datagram in each place; 0 is free */
  uint64_t sent[MOST_DEPTH];    /* when it was sent, ns */
  uint64_t heard;
};

static char out[LARGEST], in[LARGEST];
static uint32_t microseconds[SLOTS]; /* how many round trips took so many */

static uint64_t now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1000000000ull + t.tv_nsec;
}

static void launch(struct peer *p, int index, size_t bytes, int depth) {
  for (int i = 0; i < depth; i++) {
    if (p->number[i]) continue;
    uint32_t head[2] = {++p->next, (uint32_t)(index * MOST_DEPTH + i)};
    memcpy(out, head, sizeof head);
    p->number[i] = p->next;
    p->sent[i] = now();
    p->waiting++;
    if (send(p->fd, out, bytes, 0) < 0) {
    } /* lost: the silence will tell */
  }
}

static int hear(struct peer *p, int index, size_t bytes, int depth) {
  int heard = 0;
  for (ssize_t came; (came = recv(p->fd, in, sizeof in, MSG_DONTWAIT)) >= 0;) {
    uint32_t head[2];
    memcpy(head, in, sizeof head);
    uint32_t place = head[1] - index * MOST_DEPTH;
    if ((size_t)came != bytes || place >= (uint32_t)depth || memcmp(in + 8, out + 8, bytes - 8)) {
      fprintf(stderr, "a datagram of %zd bytes is not what was sent\n", came);
      exit(1);
    }
    if (p->number[place] != head[0]) continue; /* given up, and now it came */
    uint64_t took = (now() - p->sent[place]) / 1000;
    microseconds[took < SLOTS ? took : SLOTS - 1]++;
    p->number[place] = 0;
    p->waiting--;
    heard++;
  }
  return heard;
}

static unsigned quantile(double q, uint64_t total) {
  uint64_t seen = 0;
  for (unsigned us = 0; us < SLOTS; us++)
    if ((seen += microseconds[us]) > q * total) return us;
  return SLOTS;
}

int main(int count, char **args) {
  if (count != 6) {
    fprintf(stderr, "load PORT PEERS DEPTH BYTES SECONDS\n");
    return 2;
  }
  int peers = atoi(args[2]), depth = atoi(args[3]);
  size_t bytes = atoi(args[4]);
  if (depth < 1 || depth > MOST_DEPTH || bytes < 8 || bytes > 65507) {
    fprintf(stderr, "DEPTH is 1 to %d, BYTES 8 to 65507\n", MOST_DEPTH);
    return 2;
  }
  struct sockaddr_in server = {.sin_family = AF_INET, .sin_port = htons(atoi(args[1]))};
  server.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  for (size_t i = 8; i < sizeof out; i++) out[i] = (char)(i * 31);
  struct peer *all = calloc(peers, sizeof *all);
  int poll = epoll_create1(0);
  for (int i = 0; i < peers; i++) {
    all[i].fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);
    struct epoll_event readable = {.events = EPOLLIN, .data.u32 = i};
    if (connect(all[i].fd, (struct sockaddr *)&server, sizeof server) ||
        epoll_ctl(poll, EPOLL_CTL_ADD, all[i].fd, &readable)) {
      perror("load");
      return 1;
    }
    all[i].heard = now();
    launch(&all[i], i, bytes, depth);
  }
  uint64_t begin = now() + WARM_UP_MS * 1000000ull, end = 0, echoed = 0, lost = 0, looked = 0;
  struct epoll_event events[EVENTS];
  for (;;) {
    uint64_t time = now();
    if (!end && time >= begin) {
      printf("begin\n");
      fflush(stdout);
      begin = now();
      end = begin + (uint64_t)(atof(args[5]) * 1e9);
      echoed = lost = 0;
      memset(microseconds, 0, sizeof microseconds);
    } else if (end && time >= end) {
      break;
    }
    int ready = epoll_wait(poll, events, EVENTS, 10);
    for (int i = 0; i < ready; i++) {
      int index = events[i].data.u32;
      int heard = hear(&all[index], index, bytes, depth);
      if (heard) {
        echoed += heard;
        all[index].heard = now();
        launch(&all[index], index, bytes, depth);
      }
    }
    if (time - looked > 50000000) {
      looked = time;
      for (int i = 0; i < peers; i++) {
        if (time > all[i].heard && time - all[i].heard > SILENCE_MS * 1000000ull) {
          lost += all[i].waiting;
          memset(all[i].number, 0, sizeof all[i].number);
          all[i].waiting = 0;
          all[i].heard = now();
          launch(&all[i], i, bytes, depth);
        }
      }
    }
  }
  double seconds = (now() - begin) / 1e9;
  printf("end\n");
  printf("{\"echoed\": %lu, \"seconds\": %.3f, \"lost\": %lu, \"p50\": %u, \"p99\": %u}\n", echoed, seconds, lost,
         quantile(.5, echoed), quantile(.99, echoed));
  return 0;
}
