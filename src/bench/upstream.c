/*
 * The backend of the benchmark: an HTTP/1.1 server that is never the bottleneck. One thread, epoll, answers made ahead.
 *
 *   upstream PORT     GET /1k, GET /1m; POST anything is read to its end and answered "ok"
 *
 * It trusts what it gets: nothing but the benchmark may talk to it.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { INPUT = 65536, EVENTS = 256 };

struct answer {
    char *bytes;
    size_t length;
};

struct connection {
    int socket;
    int closing;
    size_t filled;         /* bytes of input that are held */
    long long body;        /* bytes of the request's body still to come; -1 for a chunked one */
    const char *pending;   /* what is being sent */
    size_t pending_length;
    int answered;          /* the body's end is what is waited for, then "ok" is sent */
    char input[INPUT + 1];
};

static struct answer small, large, ok, missing;

static struct answer make(const char *status, size_t length) {
    struct answer made;
    char head[256];
    int head_length = snprintf(head, sizeof head,
        "HTTP/1.1 %s\r\nContent-Type: application/octet-stream\r\nCache-Control: no-cache\r\nContent-Length: %zu\r\n\r\n",
        status, length);
    made.length = head_length + length;
    made.bytes = malloc(made.length);
    memcpy(made.bytes, head, head_length);
    for (size_t i = 0; i < length; i++)
        made.bytes[head_length + i] = 'a' + (i * 7 + i / 61) % 26;
    return made;
}

/* Sends what is pending; 1 when done, 0 when the socket is full, -1 when it is gone. */
static int flush_pending(struct connection *c) {
    while (c->pending_length > 0) {
        ssize_t sent = send(c->socket, c->pending, c->pending_length, MSG_NOSIGNAL);
        if (sent < 0)
            return errno == EAGAIN ? 0 : -1;
        c->pending += sent;
        c->pending_length -= sent;
    }
    return 1;
}

static void answer_with(struct connection *c, struct answer a) {
    c->pending = a.bytes;
    c->pending_length = a.length;
}

static void consume(struct connection *c, size_t length) {
    memmove(c->input, c->input + length, c->filled - length);
    c->filled -= length;
}

/* Reads one request's head out of the input; 0 when it is not complete. */
static int begin_request(struct connection *c) {
    c->input[c->filled] = 0;
    char *end = memmem(c->input, c->filled, "\r\n\r\n", 4);
    if (!end)
        return 0;
    *end = 0;
    char *field = strcasestr(c->input, "\r\ncontent-length:");
    c->body = field ? atoll(field + strlen("\r\ncontent-length:")) : 0;
    if (strcasestr(c->input, "\r\ntransfer-encoding: chunked"))
        c->body = -1;
    c->closing = strcasestr(c->input, "\r\nconnection: close") != NULL;
    if (c->body != 0)
        c->answered = 1;
    else if (!strncmp(c->input, "GET /1k ", 8))
        answer_with(c, small);
    else if (!strncmp(c->input, "GET /1m ", 8))
        answer_with(c, large);
    else
        answer_with(c, missing);
    consume(c, end + 4 - c->input);
    return 1;
}

/* Drops the body that has come; 1 when that was all of it. */
static int drop_body(struct connection *c) {
    if (c->body < 0) {
        /* No chunk of the benchmark holds these bytes itself. */
        char *end = memmem(c->input, c->filled, "\r\n0\r\n\r\n", 7);
        if (end)
            consume(c, end + 7 - c->input);
        else if (c->filled > 6)
            consume(c, c->filled - 6);
        return end != NULL;
    }
    size_t taken = (long long) c->filled < c->body ? c->filled : (size_t) c->body;
    consume(c, taken);
    c->body -= taken;
    return c->body == 0;
}

/* Goes on as far as it can; -1 when the connection is to be closed. */
static int serve(struct connection *c) {
    for (;;) {
        if (c->pending_length > 0) {
            int sent = flush_pending(c);
            if (sent <= 0)
                return sent;
            if (c->closing)
                return -1;
        }
        int progress = 0;
        if (c->answered) {
            if (drop_body(c)) {
                c->answered = 0;
                answer_with(c, ok);
                progress = 1;
            }
        } else {
            progress = begin_request(c);
        }
        if (progress)
            continue;
        if (c->filled == INPUT)
            return -1;
        ssize_t got = recv(c->socket, c->input + c->filled, INPUT - c->filled, 0);
        if (got == 0 || (got < 0 && errno != EAGAIN))
            return -1;
        if (got < 0)
            return 0;
        c->filled += got;
    }
}

static void accept_all(int listener, int poll) {
    for (;;) {
        int on = 1;
        int accepted = accept4(listener, NULL, NULL, SOCK_NONBLOCK);
        if (accepted < 0)
            return;
        setsockopt(accepted, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        struct connection *c = malloc(sizeof *c);
        memset(c, 0, offsetof(struct connection, input));
        c->socket = accepted;
        struct epoll_event event = {.events = EPOLLIN | EPOLLOUT | EPOLLET, .data.ptr = c};
        epoll_ctl(poll, EPOLL_CTL_ADD, accepted, &event);
    }
}

int main(int count, char **arguments) {
    if (count != 2) {
        fprintf(stderr, "usage: upstream PORT\n");
        return 2;
    }
    signal(SIGPIPE, SIG_IGN);
    small = make("200 OK", 1024);
    large = make("200 OK", 1 << 20);
    ok = make("200 OK", 2);
    missing = make("404 Not Found", 2);
    int on = 1;
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(atoi(arguments[1])),
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    if (bind(listener, (struct sockaddr *) &address, sizeof address) || listen(listener, 1024)) {
        perror("upstream");
        return 1;
    }
    int poll = epoll_create1(0);
    struct epoll_event event = {.events = EPOLLIN};
    epoll_ctl(poll, EPOLL_CTL_ADD, listener, &event);
    struct epoll_event events[EVENTS];
    for (;;) {
        int ready = epoll_wait(poll, events, EVENTS, -1);
        for (int i = 0; i < ready; i++) {
            struct connection *c = events[i].data.ptr;
            if (!c) {
                accept_all(listener, poll);
            } else if (serve(c) < 0) {
                close(c->socket);
                free(c);
            }
        }
    }
}
