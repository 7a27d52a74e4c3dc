#pragma once

/* What Capture needs of libpcap: live handles, filters and statistics. */
#include <pcap/pcap.h>
