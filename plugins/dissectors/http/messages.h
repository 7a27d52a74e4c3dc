// One direction's bytes as messages: where each line, body and chunk begins and ends.
#ifndef VEDETTE_HTTP_MESSAGES_H
#define VEDETTE_HTTP_MESSAGES_H

#include "session.h"

/// Takes what can be taken from the front of `bytes`; gives a VDT_DATA_* status, and in `taken` how far it
/// came. `last`: nothing follows without a gap, so that what is there must do.
int32_t http_take(const struct call *call, const uint8_t *bytes, size_t length, uint64_t offset, bool last,
                  size_t *taken);

/// A gap at `offset`: true when it lies within a body, so that nothing but content was missed.
bool http_pass_gap(const struct call *call, uint64_t offset, uint64_t length);

/// What is under way in this direction ends here, whole or not.
void http_cut_off(const struct call *call);

#endif
