// Names of types, classes and response codes (IANA, DNS parameters).
#include "message.h"

const char *dns_type_name(uint16_t type) {
    static const char *const low[] = {NULL,    "A",  "NS",  "MD",   "MF",   "CNAME", "SOA",
                                      "MB",    "MG", "MR",  "NULL", "WKS",  "PTR",   "HINFO",
                                      "MINFO", "MX", "TXT", "RP",   "AFSDB"};
    if (type < sizeof low / sizeof *low)
        return low[type];
    switch (type) {
    case 24:
        return "SIG";
    case 25:
        return "KEY";
    case 28:
        return "AAAA";
    case 29:
        return "LOC";
    case 33:
        return "SRV";
    case 35:
        return "NAPTR";
    case 37:
        return "CERT";
    case 39:
        return "DNAME";
    case 41:
        return "OPT";
    case 43:
        return "DS";
    case 44:
        return "SSHFP";
    case 46:
        return "RRSIG";
    case 47:
        return "NSEC";
    case 48:
        return "DNSKEY";
    case 50:
        return "NSEC3";
    case 51:
        return "NSEC3PARAM";
    case 52:
        return "TLSA";
    case 61:
        return "OPENPGPKEY";
    case 64:
        return "SVCB";
    case 65:
        return "HTTPS";
    case 99:
        return "SPF";
    case 249:
        return "TKEY";
    case 250:
        return "TSIG";
    case 251:
        return "IXFR";
    case 252:
        return "AXFR";
    case 255:
        return "ANY";
    case 256:
        return "URI";
    case 257:
        return "CAA";
    default:
        return NULL;
    }
}

const char *dns_class_name(uint16_t class) {
    switch (class) {
    case 1:
        return "IN";
    case 3:
        return "CH";
    case 4:
        return "HS";
    case 254:
        return "NONE";
    case 255:
        return "ANY";
    default:
        return NULL;
    }
}

const char *dns_rcode_name(unsigned rcode) {
    static const char *const names[] = {"NOERROR", "FORMERR", "SERVFAIL", "NXDOMAIN",
                                        "NOTIMP",  "REFUSED", "YXDOMAIN", "YXRRSET",
                                        "NXRRSET", "NOTAUTH", "NOTZONE",  "DSOTYPENI"};
    if (rcode < sizeof names / sizeof *names)
        return names[rcode];
    switch (rcode) {
    case 16:
        return "BADVERS";
    case 17:
        return "BADKEY";
    case 18:
        return "BADTIME";
    case 22:
        return "BADTRUNC";
    case 23:
        return "BADCOOKIE";
    default:
        return NULL;
    }
}
