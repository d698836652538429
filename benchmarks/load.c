/* A closed-loop load generator for OCPP-J over WebSocket: every station has one CALL in flight at a time.
 *
 *   load MODE PORT STATIONS SERVER TYPE SUBPROTOCOL BOOT [MESSAGE WARM_UP SECONDS]
 *
 *   loop   connect, send BOOT, then MESSAGE repeatedly; from the first answer on WARM_UP seconds without measuring, then SECONDS
 *   idle   connect, send BOOT, print a line when all were answered, then wait until the server has closed them all
 *   churn  3 to 8 times: connect, send BOOT, stay 100 to 200 ms, close
 *
 * BOOT and MESSAGE begin with `[2,"` and 36 bytes for the message id; an answer must begin with `[TYPE,"` and the same
 * id: TYPE is 3, for an echo 2. In a MESSAGE 24 `~` are replaced by the time (to the second), and the number 1000000000
 * by one that each station counts up. Ids and numbers start at a value made from the time, so that a later run of the load generator
 * repeats none: to the checks of the mock the messages are correct. SERVER is the process whose CPU time is measured.
 * Connects to the loopback only; ends within three minutes. Prints one JSON line; times are in seconds. One thread, Linux.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { ID_AT = 4, ID_LENGTH = 36, MOST_MESSAGE = 4096, MOST_FRAME = MOST_MESSAGE + 16, MOST_STATIONS = 20000 };
enum { MOST_RAMPING = 64, MOST_SAMPLES = MOST_STATIONS * 8, MOST_SECONDS = 60 };
enum { TIME_LENGTH = 24, NUMBER_LENGTH = 10, MOST_TIMES = 8, FIRST_NUMBER = 1000000000 };
enum { TEXT = 0x81, CLOSE = 0x88, PING = 0x89, PONG = 0x8A };

typedef enum { ABSENT, CONNECTING, UPGRADING, BOOTING, READY, CALLING, CLOSING } state;

typedef struct {
  state state;
  int fd, number, visits, said_goodbye; /* visits: how many are left; said_goodbye: whether a close frame came */
  double since, due;                    /* since: when the current step began; due: when the next one begins */
  char id[ID_LENGTH + 1];
  unsigned sent;
  size_t filled;
  unsigned char buffer[MOST_FRAME];
} station;

typedef struct {
  size_t count;
  double values[MOST_SAMPLES];
} samples;

static struct {
  int port, stations, server;
  double warm_up, seconds;
  const char *type, *subprotocol, *boot, *message;
} asked;
static struct { int times; size_t time_at[MOST_TIMES], number_at; } places; /* in MESSAGE; 0 where there is no number */
static station *all;
static samples connect_times, close_times;
static struct { long answers, wrong, failed, closed, visits; } counted;
static int queue, calling;
static unsigned first_number;
static uint64_t next_id, chance = 88172645463325252u;

static void die(const char *what) { perror(what); exit(2); }

static double read_clock(clockid_t clock) {
  struct timespec time;
  clock_gettime(clock, &time);
  return (double)time.tv_sec + (double)time.tv_nsec * 1e-9;
}

static double now(void) { return read_clock(CLOCK_MONOTONIC); }
static double cpu_time(int pid) { /* of all threads of a process; 0 if pid is 0 */
  clockid_t clock;
  return pid && clock_getcpuclockid(pid, &clock) == 0 ? read_clock(clock) : 0;
}

static uint32_t draw(void) { /* a random number for masks and pauses, the same in every run (xorshift64) */
  chance ^= chance << 13, chance ^= chance >> 7, chance ^= chance << 17;
  return (uint32_t)(chance >> 16);
}

static void add(samples *to, double value) {
  if (to->count < MOST_SAMPLES) to->values[to->count++] = value;
}

static int compare(const void *left, const void *right) {
  double difference = *(const double *)left - *(const double *)right;
  return (difference > 0) - (difference < 0);
}

static double quantile(samples *of, double part) {
  qsort(of->values, of->count, sizeof *of->values, compare);
  return of->count ? of->values[(size_t)(part * (double)(of->count - 1))] : 0;
}

/* What a station does. */
static void leave(station *s, int failed) {
  close(s->fd);
  s->state = ABSENT;
  counted.closed++;
  counted.failed += failed;
}

static void transmit(station *s, const void *data, size_t size) { /* a frame always fits into the socket's buffer */
  if (send(s->fd, data, size, MSG_NOSIGNAL) != (ssize_t)size) shutdown(s->fd, SHUT_RDWR); /* read() then ends it */
}

static void send_frame(station *s, unsigned char opcode, const char *payload, size_t size) {
  unsigned char frame[MOST_FRAME], mask[4];
  size_t head = size < 126 ? 2 : 4;
  memcpy(mask, (uint32_t[]){draw()}, 4);
  frame[0] = opcode;
  frame[1] = 0x80 | (unsigned char)(size < 126 ? size : 126);
  frame[2] = (unsigned char)(size >> 8); /* overwritten by the key if the byte before has the size */
  frame[3] = (unsigned char)size;
  memcpy(frame + head, mask, 4);
  for (size_t i = 0; i < size; i++) frame[head + 4 + i] = (unsigned char)payload[i] ^ mask[i & 3];
  transmit(s, frame, head + 4 + size);
}

static void find_places(const char *text) {
  const char *number = strstr(text, ":1000000000,");
  places.number_at = number ? (size_t)(number + 1 - text) : 0;
  for (const char *at = text; places.times < MOST_TIMES && (at = strchr(at, '~')); at += TIME_LENGTH)
    places.time_at[places.times++] = (size_t)(at - text);
}

static void fill_places(station *s, char *call) {
  static char stamp[40];
  static time_t second;
  char number[NUMBER_LENGTH + 1];
  time_t present = time(NULL);
  if (present != second) strftime(stamp, sizeof stamp, "%Y-%m-%dT%H:%M:%S.000Z", gmtime(&present));
  second = present;
  for (int i = 0; i < places.times; i++) memcpy(call + places.time_at[i], stamp, TIME_LENGTH);
  if (!places.number_at) return;
  snprintf(number, sizeof number, "%u", first_number + s->sent++);
  memcpy(call + places.number_at, number, NUMBER_LENGTH);
}

static void send_call(station *s, const char *text, state next) {
  char call[MOST_MESSAGE];
  size_t size = strlen(text);
  memcpy(call, text, size);
  snprintf(s->id, sizeof s->id, "%08x-0000-4000-8000-%012llx", (unsigned)s->number, (unsigned long long)next_id++);
  memcpy(call + ID_AT, s->id, ID_LENGTH);
  if (text == asked.message) fill_places(s, call);
  s->state = next;
  s->since = now();
  send_frame(s, TEXT, call, size);
}

static void say_goodbye(station *s) {
  s->state = CLOSING;
  s->since = now();
  send_frame(s, CLOSE, "\x03\xe8", 2); /* 1000, normal closure */
}

static void arrive(station *s) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)asked.port)};
  struct epoll_event event = {.events = EPOLLOUT, .data.ptr = s};
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if ((s->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0)) < 0) die("socket");
  s->state = CONNECTING;
  s->since = now();
  s->filled = 0;
  s->said_goodbye = 0;
  counted.visits++;
  s->visits--;
  if (connect(s->fd, (struct sockaddr *)&address, sizeof address) && errno != EINPROGRESS) leave(s, 1);
  else epoll_ctl(queue, EPOLL_CTL_ADD, s->fd, &event);
}

static void upgrade(station *s) {
  struct epoll_event event = {.events = EPOLLIN, .data.ptr = s};
  char request[512];
  int error = 0;
  socklen_t size = sizeof error;
  getsockopt(s->fd, SOL_SOCKET, SO_ERROR, &error, &size);
  if (error) return leave(s, 1);
  epoll_ctl(queue, EPOLL_CTL_MOD, s->fd, &event);
  s->state = UPGRADING;
  transmit(s, request, (size_t)snprintf(request, sizeof request,
      "GET /CS-%06d HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
      "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: %s\r\n\r\n", s->number, asked.port, asked.subprotocol));
}

/* What a station receives. */
static void take_answer(station *s, const unsigned char *text, size_t size) {
  int right = size > ID_AT + ID_LENGTH && text[1] == (unsigned char)*asked.type && !memcmp(text + ID_AT, s->id, ID_LENGTH);
  if (!right || (s->state != BOOTING && s->state != CALLING)) {
    counted.wrong += s->state != CLOSING;
    return;
  }
  counted.answers++;
  s->state = READY;
  if (calling) send_call(s, asked.message, CALLING);
  s->due = now() + 0.1 + draw() % 1000 * 1e-4;
}

static size_t take_response(station *s) { /* returns the length of the HTTP response, or 0 while it is incomplete */
  unsigned char *end = memmem(s->buffer, s->filled, "\r\n\r\n", 4);
  if (!end) return 0;
  if (memcmp(s->buffer, "HTTP/1.1 101", 12)) shutdown(s->fd, SHUT_RDWR);
  add(&connect_times, now() - s->since);
  send_call(s, asked.boot, BOOTING);
  return (size_t)(end + 4 - s->buffer);
}

static size_t take_frame(station *s, unsigned char *at, size_t left) { /* returns the frame's size, or 0 while it is incomplete */
  size_t head = left > 1 && at[1] == 126 ? 4 : 2;
  if (left < head) return 0;
  size_t size = head == 4 ? (size_t)(at[2] << 8 | at[3]) : at[1];
  if (left < head + size) return 0;
  if (at[0] == TEXT) take_answer(s, at + head, size);
  else if (at[0] == PING) send_frame(s, PONG, (const char *)at + head, size);
  else if (at[0] == CLOSE) {
    s->said_goodbye = 1;
    if (s->state != CLOSING) say_goodbye(s);
  }
  return head + size;
}

static void listen_to(station *s) {
  ssize_t got = recv(s->fd, s->buffer + s->filled, sizeof s->buffer - s->filled, 0);
  if (got <= 0) {
    if (s->state == CLOSING) add(&close_times, now() - s->since);
    return leave(s, !s->said_goodbye);
  }
  s->filled += (size_t)got;
  size_t taken = 0;
  for (size_t used = 1; used && taken < s->filled; taken += used)
    used = s->state == UPGRADING ? take_response(s) : take_frame(s, s->buffer + taken, s->filled - taken);
  memmove(s->buffer, s->buffer + taken, s->filled -= taken);
}

/* What all stations do. */
static int count(state from, state to) {
  int found = 0;
  for (int i = 0; i < asked.stations; i++) found += all[i].state >= from && all[i].state <= to;
  return found;
}

static void turn(void) {
  struct epoll_event events[256];
  int found = epoll_wait(queue, events, 256, 1);
  for (int i = 0; i < found; i++) {
    station *s = events[i].data.ptr;
    if (s->state == CONNECTING) upgrade(s);
    else if (s->state != ABSENT) listen_to(s);
  }
}

static void ramp(void) { /* connects all, with at most MOST_RAMPING at once in their handshake or boot */
  double end = now() + MOST_SECONDS;
  for (int next = 0; now() < end && (next < asked.stations || count(CONNECTING, BOOTING)); turn())
    for (int busy = count(CONNECTING, BOOTING); next < asked.stations && busy < MOST_RAMPING; busy++) arrive(&all[next++]);
  counted.failed += count(CONNECTING, BOOTING); /* they got no answer in time */
}

static void part(void) { /* closes all; those that wait for an answer do not wait longer */
  double end = now() + MOST_SECONDS;
  for (int i = 0; i < asked.stations; i++)
    if (all[i].state >= BOOTING && all[i].state < CLOSING) say_goodbye(&all[i]);
  while (now() < end && count(CONNECTING, CLOSING)) turn();
}

static void loop(void) {
  ramp();
  calling = 1;
  for (int i = 0; i < asked.stations; i++)
    if (all[i].state == READY) send_call(&all[i], asked.message, CALLING);
  long booted = counted.answers;
  for (double end = now() + MOST_SECONDS; now() < end && counted.answers == booted;) turn();
  for (double end = now() + asked.warm_up; now() < end;) turn();
  double began = now(), server = cpu_time(asked.server), own = cpu_time(getpid());
  long answers = counted.answers;
  while (now() < began + asked.seconds) turn();
  printf("{\"messages\":%ld,\"seconds\":%.6f,\"server_cpu\":%.6f,\"load_cpu\":%.6f", counted.answers - answers,
         now() - began, cpu_time(asked.server) - server, cpu_time(getpid()) - own);
  calling = 0;
  part();
}

static void idle(void) {
  ramp();
  printf("{\"ready\":%d}\n", count(READY, READY));
  fflush(stdout);
  for (double end = now() + MOST_SECONDS; now() < end && count(CONNECTING, CLOSING);) turn();
  printf("{\"closed\":%ld", counted.closed);
}

static void churn(void) {
  double end = now() + MOST_SECONDS;
  for (int i = 0; i < asked.stations; i++) all[i].visits = 3 + (int)(draw() % 6);
  for (int busy = 1; busy && now() < end; turn()) {
    busy = 0;
    for (station *s = all; s < all + asked.stations; s++) {
      if (s->state == ABSENT && s->visits) arrive(s);
      else if (s->state == READY && now() >= s->due) say_goodbye(s);
      busy |= s->state != ABSENT || s->visits;
    }
  }
  printf("{\"visits\":%ld,\"connect_p95\":%.6f,\"close_p95\":%.6f", counted.visits, quantile(&connect_times, 0.95),
         quantile(&close_times, 0.95));
}

int main(int count, char **words) {
  if (count < 8 || strlen(words[6]) > 64) return 2;
  asked.port = atoi(words[2]);
  asked.stations = atoi(words[3]);
  asked.server = atoi(words[4]);
  asked.type = words[5];
  asked.subprotocol = words[6];
  asked.boot = words[7];
  asked.message = count > 8 ? words[8] : asked.boot;
  asked.warm_up = count > 9 ? atof(words[9]) : 0;
  asked.seconds = count > 10 ? atof(words[10]) : 0;
  if (asked.stations < 1 || asked.stations > MOST_STATIONS || asked.warm_up + asked.seconds > MOST_SECONDS) return 2;
  if (strlen(asked.boot) >= MOST_MESSAGE || strlen(asked.message) >= MOST_MESSAGE) return 2;
  find_places(asked.message);
  double present = read_clock(CLOCK_REALTIME);
  next_id = (uint64_t)(present * 1e6) & 0xFFFFFFFFFFFFu;             /* 12 hexadecimal digits; more than any rate */
  first_number = FIRST_NUMBER + (unsigned)((uint64_t)(present * 1e4) % FIRST_NUMBER); /* below the limit of an int */
  if ((queue = epoll_create1(0)) < 0 || !(all = calloc((size_t)asked.stations, sizeof *all))) die("load");
  for (int i = 0; i < asked.stations; i++) all[i].number = i;
  if (!strcmp(words[1], "loop")) loop();
  else if (!strcmp(words[1], "idle")) idle();
  else if (!strcmp(words[1], "churn")) churn();
  else return 2;
  printf(",\"wrong\":%ld,\"failed\":%ld}\n", counted.wrong, counted.failed);
  return 0;
}
