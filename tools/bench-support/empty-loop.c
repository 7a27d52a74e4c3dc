/* The yardstick: reads a capture with libpcap and does nothing but count. Usage: empty-loop FILE */
#include <inttypes.h>
#include <pcap/pcap.h>
#include <stdio.h>

int main(int argc, char **argv) {
    char error[PCAP_ERRBUF_SIZE];
    pcap_t *capture = argc == 2 ? pcap_open_offline(argv[1], error) : NULL;
    if (capture == NULL) {
        fprintf(stderr, "empty-loop: %s\n", argc == 2 ? error : "give one capture file");
        return 2;
    }
    struct pcap_pkthdr *header;
    const unsigned char *bytes;
    uint64_t packets = 0, total = 0;
    while (pcap_next_ex(capture, &header, &bytes) == 1) {
        packets++;
        total += header->caplen;
    }
    pcap_close(capture);
    printf("%" PRIu64 " packets, %" PRIu64 " bytes\n", packets, total);
    return 0;
}
