#include "greys.h"

#include <webp/decode.h>

/* The lossless decoder has four bytes for each pixel of the whole image. */
static const uint64_t most_pixels = VEDETTE_IMAGE_MOST_MEMORY / 2 / 4;
/* What is larger is made smaller while it is decoded. */
static const int most_side = 2048;

static int failed(vedette_image *image, VP8StatusCode code) {
    switch (code) {
    case VP8_STATUS_OUT_OF_MEMORY:
        return vedette_image_say(image, VEDETTE_IMAGE_NO_MEMORY, "no memory to decode it");
    case VP8_STATUS_UNSUPPORTED_FEATURE:
        return vedette_image_say(image, VEDETTE_IMAGE_UNREAD, "it has a feature that is not read");
    case VP8_STATUS_NOT_ENOUGH_DATA:
        return vedette_image_say(image, VEDETTE_IMAGE_BROKEN, "it is cut short");
    default:
        return vedette_image_say(image, VEDETTE_IMAGE_BROKEN, "its data is broken");
    }
}

int vedette_decode_webp(const uint8_t *bytes, size_t count, vedette_image *image) {
    WebPDecoderConfig config;
    if (!WebPInitDecoderConfig(&config))
        return vedette_image_say(image, VEDETTE_IMAGE_UNREAD, "the WebP library is of another version");
    VP8StatusCode code = WebPGetFeatures(bytes, count, &config.input);
    if (code != VP8_STATUS_OK)
        return failed(image, code);
    if (config.input.has_animation)
        return vedette_image_say(image, VEDETTE_IMAGE_UNREAD, "animated WebP is not read");
    int width = config.input.width;
    int height = config.input.height;
    if (width > 0 && height > 0 && (uint64_t)width * (uint64_t)height > most_pixels)
        return vedette_image_say(image, VEDETTE_IMAGE_TOO_LARGE,
                                 "it has more pixels than a WebP may have here");
    image->effort = (uint64_t)(width > 0 ? width : 0) * (uint64_t)(height > 0 ? height : 0);
    if (width > most_side || height > most_side) {
        config.options.use_scaling = 1;
        config.options.scaled_width = width > most_side ? most_side : width;
        config.options.scaled_height = height > most_side ? most_side : height;
        width = config.options.scaled_width;
        height = config.options.scaled_height;
    }
    int status = vedette_image_make(image, (uint64_t)width, (uint64_t)height);
    if (status != VEDETTE_IMAGE_OK)
        return status;
    config.output.colorspace = MODE_RGBA;
    code = WebPDecode(bytes, count, &config);
    if (code != VP8_STATUS_OK) {
        WebPFreeDecBuffer(&config.output);
        return failed(image, code);
    }
    for (int y = 0; y < height; y++) {
        const uint8_t *from = config.output.u.RGBA.rgba + (size_t)y * (size_t)config.output.u.RGBA.stride;
        uint8_t *grey = image->greys + (size_t)y * image->width;
        for (int x = 0; x < width; x++, from += 4)
            grey[x] = vedette_over_white(vedette_luma(from[0], from[1], from[2]), from[3]);
    }
    WebPFreeDecBuffer(&config.output);
    return VEDETTE_IMAGE_OK;
}
