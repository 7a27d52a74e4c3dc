#pragma once

/*
 * libcurl, and the calls of it that take a variable number of arguments, which Swift cannot make: one
 * function for each kind of value.
 */
#include <curl/curl.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdint.h>
#include <sys/socket.h>

typedef size_t (*vedette_curl_sink)(char *bytes, size_t size, size_t count, void *context);

static inline CURLcode vedette_curl_set_text(CURL *easy, CURLoption option, const char *value) {
    return curl_easy_setopt(easy, option, value);
}

static inline CURLcode vedette_curl_set_number(CURL *easy, CURLoption option, long value) {
    return curl_easy_setopt(easy, option, value);
}

static inline CURLcode vedette_curl_set_size(CURL *easy, CURLoption option, curl_off_t value) {
    return curl_easy_setopt(easy, option, value);
}

static inline CURLcode vedette_curl_set_pointer(CURL *easy, CURLoption option, void *value) {
    return curl_easy_setopt(easy, option, value);
}

static inline CURLcode vedette_curl_set_sink(CURL *easy, CURLoption option, vedette_curl_sink value) {
    return curl_easy_setopt(easy, option, value);
}

/*
 * Whether an address is one of the public Internet (IANA's special-purpose address registries): not of this
 * machine, a private network, a link, a group, documentation, or another address within itself.
 */
static inline int vedette_is_public(const struct sockaddr *address) {
    if (address->sa_family == AF_INET) {
        static const struct {
            uint32_t first;
            int bits;
        } others[] = {
            {0x00000000u, 8},  {0x0a000000u, 8},  {0x64400000u, 10}, {0x7f000000u, 8},  {0xa9fe0000u, 16},
            {0xac100000u, 12}, {0xc0000000u, 24}, {0xc0000200u, 24}, {0xc0586300u, 24}, {0xc0a80000u, 16},
            {0xc6120000u, 15}, {0xc6336400u, 24}, {0xcb007100u, 24}, {0xe0000000u, 3},
        };
        uint32_t host = ntohl(((const struct sockaddr_in *)address)->sin_addr.s_addr);
        for (unsigned i = 0; i < sizeof others / sizeof *others; i++)
            if ((host ^ others[i].first) >> (32 - others[i].bits) == 0)
                return 0;
        return 1;
    }
    if (address->sa_family == AF_INET6) {
        const uint8_t *b = ((const struct sockaddr_in6 *)address)->sin6_addr.s6_addr;
        // 2000::/3 without 2001::/23, 2001:db8::/32 and 2002::/16.
        int is_global = (b[0] & 0xe0) == 0x20;
        int is_special = b[0] == 0x20 && b[1] == 0x01 && (b[2] & 0xfe) == 0;
        int is_documentation = b[0] == 0x20 && b[1] == 0x01 && b[2] == 0x0d && b[3] == 0xb8;
        return is_global && !is_special && !is_documentation && !(b[0] == 0x20 && b[1] == 0x02);
    }
    return 0;
}

/* Opens sockets to public addresses only; `*context` says whether another one was refused. */
static inline curl_socket_t vedette_curl_open_public(void *context, curlsocktype purpose,
                                                     struct curl_sockaddr *address) {
    (void)purpose;
    if (!vedette_is_public(&address->addr)) {
        *(int32_t *)context = 1;
        return CURL_SOCKET_BAD;
    }
    return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

static inline CURLcode vedette_curl_set_public_only(CURL *easy, int32_t *refused) {
    CURLcode code = curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, refused);
    return code != CURLE_OK ? code
                            : curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, vedette_curl_open_public);
}

static inline CURLcode vedette_curl_get_number(CURL *easy, CURLINFO info, long *value) {
    return curl_easy_getinfo(easy, info, value);
}

static inline CURLcode vedette_curl_get_socket(CURL *easy, curl_socket_t *value) {
    return curl_easy_getinfo(easy, CURLINFO_ACTIVESOCKET, value);
}

/* The result of a transfer that is over; CURLE_AGAIN where the message says anything else. */
static inline CURLcode vedette_curl_result(const CURLMsg *message) {
    return message->msg == CURLMSG_DONE ? message->data.result : CURLE_AGAIN;
}
