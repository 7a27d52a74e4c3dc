#ifndef VEDETTE_CIMAGES_H
#define VEDETTE_CIMAGES_H

/*
 * JPEG, PNG, WebP and GIF as shades of grey, by libjpeg, libpng, libwebp and giflib behind one call.
 *
 * The bytes are hostile: whatever they are, the call returns, with no more memory than
 * VEDETTE_IMAGE_MOST_MEMORY and the greys. The libraries' long jumps stay in here.
 */

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/** The most pixels of an image, and of a side. */
#define VEDETTE_IMAGE_MOST_PIXELS 40000000u
#define VEDETTE_IMAGE_MOST_SIDE 65500u
/** The most bytes that a decoder may have beside the greys. */
#define VEDETTE_IMAGE_MOST_MEMORY (128u << 20)
/** The most passes of a progressive JPEG: encoders make about ten, and each costs as much as the image. */
#define VEDETTE_IMAGE_MOST_SCANS 100
/** A JPEG is decoded at a half, a quarter or an eighth of its size where both sides stay at least this long.
 */
#define VEDETTE_IMAGE_ENOUGH 256u
/** Room for words, their end included. */
#define VEDETTE_IMAGE_WORDS 200

enum {
    VEDETTE_IMAGE_OK = 0,
    /** Of a kind that is not read. */
    VEDETTE_IMAGE_UNKNOWN = 1,
    /** Cut short, or not as its kind has to be. */
    VEDETTE_IMAGE_BROKEN = 2,
    /** More pixels, memory or passes than an image may have. */
    VEDETTE_IMAGE_TOO_LARGE = 3,
    /** As its kind may be, but in a way that is not read. */
    VEDETTE_IMAGE_UNREAD = 4,
    VEDETTE_IMAGE_NO_MEMORY = 5,
};

typedef struct vedette_image {
    /** Of the greys: less than that of the image where it was decoded smaller. */
    uint32_t width;
    uint32_t height;
    /** One byte a pixel, row by row: luma by ITU-R BT.601, over white where the image lets that through. */
    uint8_t *greys;
    /** About how much work it was, in pixels of a PNG; also where it failed half-way. */
    uint64_t effort;
    /** Why there are none, in a few words of ASCII. */
    char words[VEDETTE_IMAGE_WORDS];
} vedette_image;

/** Decodes an image, the first one of several; a VEDETTE_IMAGE_ status. With OK the greys are the caller's,
 * for vedette_image_free. */
int vedette_image_decode(const uint8_t *bytes, size_t count, vedette_image *image);

void vedette_image_free(vedette_image *image);

#ifdef __cplusplus
}
#endif

#endif
