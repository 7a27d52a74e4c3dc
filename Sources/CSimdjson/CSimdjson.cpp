// The only C++ of the house: simdjson has no C interface.

#include "CSimdjson.h"

#include <cstdlib>
#include <cstring>
#include <memory>
#include <new>
#include <simdjson.h>
#include <string>

namespace {

// What is kept for the next document. One large document must not hold its memory for good
// (a tape takes eight bytes for each byte of the document), nor may every second one allocate.
constexpr size_t kept_capacity = size_t(1) << 20;
constexpr uint32_t patience = 256;

struct FreeDeleter {
    void operator()(uint8_t *bytes) const {
        std::free(bytes);
    }
};

int32_t status(simdjson::error_code code) {
    switch (code) {
    case simdjson::SUCCESS:
        return VEDETTE_SIMDJSON_OK;
    case simdjson::CAPACITY:
        return VEDETTE_SIMDJSON_TOO_LARGE;
    case simdjson::MEMALLOC:
        return VEDETTE_SIMDJSON_NO_MEMORY;
    case simdjson::DEPTH_ERROR:
        return VEDETTE_SIMDJSON_TOO_DEEP;
    case simdjson::UTF8_ERROR:
        return VEDETTE_SIMDJSON_BAD_UTF8;
    case simdjson::EMPTY:
        return VEDETTE_SIMDJSON_EMPTY;
    default:
        return VEDETTE_SIMDJSON_MALFORMED;
    }
}

} // namespace

struct vedette_simdjson {
    std::unique_ptr<simdjson::dom::parser> parser;
    std::unique_ptr<uint8_t, FreeDeleter> padded;
    size_t capacity = 0;
    size_t max_depth = 0;
    uint32_t small_in_a_row = 0;

    int32_t reserve(size_t wanted) {
        std::unique_ptr<simdjson::dom::parser> fresh(new (std::nothrow) simdjson::dom::parser);
        std::unique_ptr<uint8_t, FreeDeleter> room(
            static_cast<uint8_t *>(std::malloc(wanted + simdjson::SIMDJSON_PADDING)));
        if (!fresh || !room || fresh->allocate(wanted, max_depth) != simdjson::SUCCESS) {
            return VEDETTE_SIMDJSON_NO_MEMORY;
        }
        parser = std::move(fresh);
        padded = std::move(room);
        capacity = wanted;
        return VEDETTE_SIMDJSON_OK;
    }
};

extern "C" vedette_simdjson *vedette_simdjson_create(size_t max_depth) {
    auto *made = new (std::nothrow) vedette_simdjson;
    if (made == nullptr) {
        return nullptr;
    }
    made->max_depth = max_depth;
    if (made->reserve(4096) != VEDETTE_SIMDJSON_OK) {
        delete made;
        return nullptr;
    }
    return made;
}

extern "C" void vedette_simdjson_destroy(vedette_simdjson *parser) {
    delete parser;
}

extern "C" int32_t vedette_simdjson_parse(vedette_simdjson *self, const uint8_t *bytes, size_t length) {
    if (length >= simdjson::SIMDJSON_MAXSIZE_BYTES) {
        return VEDETTE_SIMDJSON_TOO_LARGE;
    }
    if (length > self->capacity) {
        size_t wanted = self->capacity;
        while (wanted < length) {
            wanted *= 2;
        }
        if (wanted > simdjson::SIMDJSON_MAXSIZE_BYTES) {
            wanted = simdjson::SIMDJSON_MAXSIZE_BYTES;
        }
        if (int32_t failed = self->reserve(wanted)) {
            return failed;
        }
    }
    self->small_in_a_row = length > kept_capacity ? 0 : self->small_in_a_row + 1;
    if (self->capacity > kept_capacity && self->small_in_a_row >= patience) {
        if (int32_t failed = self->reserve(kept_capacity)) {
            return failed;
        }
    }
    if (length > 0) {
        std::memcpy(self->padded.get(), bytes, length);
    }
    // simdjson reads, but does not interpret, the padding; it is set so that no result hangs on old bytes.
    std::memset(self->padded.get() + length, 0, simdjson::SIMDJSON_PADDING);
    simdjson::dom::element root;
    return status(self->parser->parse(self->padded.get(), length, false).get(root));
}

extern "C" const uint64_t *vedette_simdjson_tape(const vedette_simdjson *self) {
    return self->parser->doc.tape.get();
}

extern "C" const uint8_t *vedette_simdjson_strings(const vedette_simdjson *self) {
    return self->parser->doc.string_buf.get();
}

extern "C" size_t vedette_simdjson_capacity(const vedette_simdjson *self) {
    return self->capacity;
}

extern "C" size_t vedette_simdjson_implementation(char *name, size_t room) {
    const std::string chosen = simdjson::get_active_implementation()->name();
    const size_t length = chosen.size() < room ? chosen.size() : room;
    std::memcpy(name, chosen.data(), length);
    return length;
}
