#pragma once

/*
 * libcurl, and the calls of it that take a variable number of arguments, which Swift cannot make: one
 * function for each kind of value.
 */
#include <curl/curl.h>

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
