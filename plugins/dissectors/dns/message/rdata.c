// Record data by type: its text, and whether it is what its type says it must be.
#include "reader.h"

#include <arpa/inet.h>
#include <string.h>

struct data {
    struct dns_reader *reader;
    struct dns_writer *writer;
    size_t at, end;
};

static void wrong(struct data *data, size_t at) {
    dns_note(data->reader, DNS_RDATA_INVALID, at);
}

static const uint8_t *here(struct data *data) {
    return data->reader->bytes + data->at;
}

static bool number(struct data *data, size_t octets, const char *before) {
    if (data->end - data->at < octets) {
        wrong(data, data->at);
        return false;
    }
    uint32_t value = 0;
    for (size_t i = 0; i < octets; i++)
        value = value << 8 | here(data)[i];
    dns_put(data->writer, before, strlen(before));
    dns_put_number(data->writer, value);
    data->at += octets;
    return true;
}

static bool name(struct data *data, const char *before) {
    dns_put(data->writer, before, strlen(before));
    uint32_t problems = data->reader->message->problems;
    size_t behind = data->at < data->end ? dns_read_name(data->reader, data->at, data->end, data->writer) : 0;
    if (!behind) { // the message goes on behind this record: not the message, its data is wrong
        data->reader->message->problems &= problems | ~(1u << DNS_MALFORMED);
        wrong(data, data->at);
        return false;
    }
    data->at = behind;
    return true;
}

static bool string(struct data *data, const char *before) {
    if (data->at >= data->end || data->end - data->at - 1 < here(data)[0]) {
        wrong(data, data->at);
        return false;
    }
    size_t length = here(data)[0];
    dns_put(data->writer, before, strlen(before));
    dns_put(data->writer, "\"", 1);
    for (size_t i = 1; i <= length; i++) {
        uint8_t octet = here(data)[i];
        if (octet == ' ')
            dns_put(data->writer, " ", 1);
        else
            dns_put_octet(data->writer, octet, '"');
    }
    dns_put(data->writer, "\"", 1);
    data->at += 1 + length;
    return true;
}

static void address(struct data *data, int family, size_t octets) {
    char text[INET6_ADDRSTRLEN];
    if (data->end - data->at != octets) {
        wrong(data, data->at);
        return;
    }
    if (inet_ntop(family, here(data), text, sizeof text))
        dns_put(data->writer, text, strlen(text));
    data->at = data->end;
}

static void opaque(struct data *data) { // RFC 3597 §5
    static const char digits[] = "0123456789abcdef";
    dns_put(data->writer, "\\# ", 3);
    dns_put_number(data->writer, data->end - data->at);
    if (data->at < data->end)
        dns_put(data->writer, " ", 1);
    for (size_t shown = 0; data->at < data->end && shown < 64; shown++, data->at++)
        dns_put(data->writer, (char[]){digits[here(data)[0] >> 4], digits[here(data)[0] & 15]}, 2);
    data->at = data->end;
}

static bool alpn_sound(const uint8_t *bytes, size_t length) {
    if (!length)
        return false;
    for (size_t at = 0; at < length; at += 1u + bytes[at])
        if (!bytes[at] || length - at - 1 < bytes[at])
            return false;
    return true;
}

/// RFC 9460 §14.3.2: what each parameter's value must look like.
static bool parameter_sound(uint16_t key, const uint8_t *bytes, size_t length) {
    switch (key) {
    case 0: // mandatory
        return length && length % 2 == 0;
    case 1:
        return alpn_sound(bytes, length);
    case 2: // no-default-alpn
        return length == 0;
    case 3: // port
        return length == 2;
    case 4: // ipv4hint
        return length && length % 4 == 0;
    case 6: // ipv6hint
        return length && length % 16 == 0;
    default:
        return true;
    }
}

static void put_parameter(struct data *data, uint16_t key, const uint8_t *bytes, size_t length) {
    char text[INET6_ADDRSTRLEN];
    size_t width = key == 4 ? 4 : 16;
    switch (key) {
    case 1:
        dns_put(data->writer, " alpn=", 6);
        for (size_t at = 0; at < length; at += 1u + bytes[at]) {
            if (at)
                dns_put(data->writer, ",", 1);
            for (size_t i = 1; i <= bytes[at]; i++)
                dns_put_octet(data->writer, bytes[at + i], ',');
        }
        break;
    case 3:
        dns_put(data->writer, " port=", 6);
        dns_put_number(data->writer, dns_u16(bytes));
        break;
    case 4:
    case 6:
        dns_put(data->writer, key == 4 ? " ipv4hint=" : " ipv6hint=", 10);
        for (size_t at = 0; at < length; at += width) {
            if (at)
                dns_put(data->writer, ",", 1);
            if (inet_ntop(key == 4 ? AF_INET : AF_INET6, bytes + at, text, sizeof text))
                dns_put(data->writer, text, strlen(text));
        }
        break;
    default:
        dns_put(data->writer, " key", 4);
        dns_put_number(data->writer, key);
    }
}

static void service(struct data *data) {
    if (!number(data, 2, "") || !name(data, " "))
        return;
    while (data->at < data->end) {
        if (data->end - data->at < 4) {
            wrong(data, data->at);
            return;
        }
        uint16_t key = dns_u16(here(data));
        size_t length = dns_u16(here(data) + 2);
        if (data->end - data->at - 4 < length) {
            wrong(data, data->at + 2);
            return;
        }
        if (parameter_sound(key, here(data) + 4, length))
            put_parameter(data, key, here(data) + 4, length);
        else
            wrong(data, data->at + 4);
        data->at += 4 + length;
    }
}

static void start_of_authority(struct data *data) {
    if (name(data, "") && name(data, " "))
        for (int i = 0; i < 5; i++)
            if (!number(data, 4, " "))
                return;
}

static void certification_authority(struct data *data) { // RFC 8659 §4.1
    if (!number(data, 1, "") || !string(data, " "))
        return;
    dns_put(data->writer, " \"", 2);
    for (; data->at < data->end; data->at++)
        dns_put_octet(data->writer, here(data)[0], '"');
    dns_put(data->writer, "\"", 1);
}

void dns_read_rdata(struct dns_reader *reader, uint16_t type, size_t at, size_t end,
                    struct dns_writer *writer) {
    struct data data = {reader, writer, at, end};
    switch (type) {
    case DNS_TYPE_A:
        address(&data, AF_INET, 4);
        break;
    case DNS_TYPE_AAAA:
        address(&data, AF_INET6, 16);
        break;
    case DNS_TYPE_NS:
    case DNS_TYPE_CNAME:
    case DNS_TYPE_PTR:
    case DNS_TYPE_DNAME:
        name(&data, "");
        break;
    case DNS_TYPE_MX:
        if (number(&data, 2, ""))
            name(&data, " ");
        break;
    case DNS_TYPE_SRV:
        if (number(&data, 2, "") && number(&data, 2, " ") && number(&data, 2, " "))
            name(&data, " ");
        break;
    case DNS_TYPE_SOA:
        start_of_authority(&data);
        break;
    case DNS_TYPE_TXT:
    case DNS_TYPE_SPF:
        for (const char *before = ""; string(&data, before) && data.at < end; before = " ")
            ;
        break;
    case DNS_TYPE_CAA:
        certification_authority(&data);
        break;
    case DNS_TYPE_SVCB:
    case DNS_TYPE_HTTPS:
        service(&data);
        break;
    default:
        opaque(&data);
    }
    if (data.at < end) // bytes that the type has no use for; a problem already noted stays where it was
        wrong(&data, data.at);
}

static bool client_subnet_sound(const uint8_t *bytes, size_t length) { // RFC 7871 §6
    if (length < 4)
        return false;
    unsigned family = dns_u16(bytes), source = bytes[2], scope = bytes[3];
    unsigned bits = family == 1 ? 32 : family == 2 ? 128 : 255;
    size_t octets = (source + 7u) / 8u;
    if (source > bits || scope > bits || length - 4 != octets)
        return false;
    return source % 8 == 0 || (bytes[4 + octets - 1] & (0xffu >> source % 8)) == 0;
}

void dns_read_options(struct dns_reader *reader, size_t at, size_t end) {
    while (at < end) {
        if (end - at < 4 || end - at - 4 < dns_u16(reader->bytes + at + 2)) {
            dns_note(reader, DNS_EDNS_INVALID, at);
            return;
        }
        uint16_t code = dns_u16(reader->bytes + at);
        size_t length = dns_u16(reader->bytes + at + 2);
        const uint8_t *value = reader->bytes + at + 4;
        bool sound = true;
        if (code == 8) // client subnet
            sound = client_subnet_sound(value, length);
        else if (code == 10) // cookie, RFC 7873 §4
            sound = length == 8 || (length >= 16 && length <= 40);
        else if (code == 11) // TCP keep-alive, RFC 7828 §3: never over UDP
            sound = reader->message->over_tcp && (length == 0 || length == 2);
        if (!sound)
            dns_note(reader, DNS_EDNS_INVALID, at);
        at += 4 + length;
    }
}
