#include "greys.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int vedette_image_say(vedette_image *image, int status, const char *words) {
    size_t at = 0;
    // Words of a library may quote the file.
    for (; words && words[at] && at + 1 < sizeof image->words; at++)
        image->words[at] = words[at] >= 0x20 && words[at] < 0x7f ? words[at] : '?';
    image->words[at] = 0;
    return status;
}

int vedette_image_make(vedette_image *image, uint64_t width, uint64_t height) {
    if (!width || !height)
        return vedette_image_say(image, VEDETTE_IMAGE_BROKEN, "it has no pixels");
    if (width > VEDETTE_IMAGE_MOST_SIDE || height > VEDETTE_IMAGE_MOST_SIDE ||
        width * height > VEDETTE_IMAGE_MOST_PIXELS) {
        char words[VEDETTE_IMAGE_WORDS];
        snprintf(words, sizeof words, "it has %llu x %llu pixels, more than %u in all or %u a side",
                 (unsigned long long)width, (unsigned long long)height, VEDETTE_IMAGE_MOST_PIXELS,
                 VEDETTE_IMAGE_MOST_SIDE);
        return vedette_image_say(image, VEDETTE_IMAGE_TOO_LARGE, words);
    }
    if (!image->effort)
        image->effort = width * height;
    image->greys = malloc((size_t)(width * height));
    if (!image->greys)
        return vedette_image_say(image, VEDETTE_IMAGE_NO_MEMORY, "no memory for its pixels");
    memset(image->greys, 255, (size_t)(width * height));
    image->width = (uint32_t)width;
    image->height = (uint32_t)height;
    return VEDETTE_IMAGE_OK;
}

void vedette_image_free(vedette_image *image) {
    free(image->greys);
    image->greys = NULL;
}

int vedette_image_decode(const uint8_t *bytes, size_t count, vedette_image *image) {
    memset(image, 0, sizeof *image);
    int status;
    if (count >= 3 && memcmp(bytes, "\xff\xd8\xff", 3) == 0)
        status = vedette_decode_jpeg(bytes, count, image);
    else if (count >= 8 && memcmp(bytes, "\x89PNG\r\n\x1a\n", 8) == 0)
        status = vedette_decode_png(bytes, count, image);
    else if (count >= 12 && memcmp(bytes, "RIFF", 4) == 0 && memcmp(bytes + 8, "WEBP", 4) == 0)
        status = vedette_decode_webp(bytes, count, image);
    else if (count >= 6 && (memcmp(bytes, "GIF87a", 6) == 0 || memcmp(bytes, "GIF89a", 6) == 0))
        status = vedette_decode_gif(bytes, count, image);
    else
        status = vedette_image_say(image, VEDETTE_IMAGE_UNKNOWN, "it is no JPEG, PNG, WebP or GIF");
    if (status != VEDETTE_IMAGE_OK)
        vedette_image_free(image);
    return status;
}
