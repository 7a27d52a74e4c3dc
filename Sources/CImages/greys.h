#ifndef VEDETTE_GREYS_H
#define VEDETTE_GREYS_H

/* What the decoders have in common. */

#include "CImages.h"

/* Decoders: `image` is all zeros, and has its greys and OK, or words and another status afterwards. */
int vedette_decode_jpeg(const uint8_t *bytes, size_t count, vedette_image *image);
int vedette_decode_png(const uint8_t *bytes, size_t count, vedette_image *image);
int vedette_decode_webp(const uint8_t *bytes, size_t count, vedette_image *image);
int vedette_decode_gif(const uint8_t *bytes, size_t count, vedette_image *image);

/* Takes the words and gives the status back. */
int vedette_image_say(vedette_image *image, int status, const char *words);

/* Room for the greys of an image, all white; OK or a status with its words. */
int vedette_image_make(vedette_image *image, uint64_t width, uint64_t height);

/* ITU-R BT.601, in 16 bits of fraction. */
static inline uint8_t vedette_luma(unsigned red, unsigned green, unsigned blue) {
    return (uint8_t)((red * 19595u + green * 38470u + blue * 7471u + 0x8000u) >> 16);
}

/* A grey seen through `alpha` over white. */
static inline uint8_t vedette_over_white(unsigned grey, unsigned alpha) {
    return (uint8_t)((grey * alpha + 255u * (255u - alpha) + 127u) / 255u);
}

#endif
