#include "greys.h"

#include <setjmp.h>
#include <stdlib.h>
#include <string.h>
#include <png.h>

struct reading {
    const uint8_t *bytes;
    size_t left;
    vedette_image *image;
    png_bytep row;
};

static void take(png_structp png, png_bytep out, size_t count) {
    struct reading *reading = png_get_io_ptr(png);
    if (count > reading->left)
        png_error(png, "it is cut short");
    memcpy(out, reading->bytes, count);
    reading->bytes += count;
    reading->left -= count;
}

static void leave(png_structp png, png_const_charp words) {
    struct reading *reading = png_get_error_ptr(png);
    vedette_image_say(reading->image, VEDETTE_IMAGE_BROKEN, words);
    png_longjmp(png, 1);
}

static void warn(png_structp png, png_const_charp words) {
    (void)png;
    (void)words;
}

static void put(uint8_t *grey, png_const_bytep from, int channels) {
    unsigned value = channels >= 3 ? vedette_luma(from[0], from[1], from[2]) : from[0];
    *grey = channels == 2 || channels == 4 ? vedette_over_white(value, from[channels - 1]) : (uint8_t)value;
}

/* Reads into `reading->image`; a status. The row is the caller's to free, also after a jump. */
static int read_rows(png_structp png, png_infop info, struct reading *reading) {
    png_read_info(png, info);
    uint32_t width = png_get_image_width(png, info);
    uint32_t height = png_get_image_height(png, info);
    int status = vedette_image_make(reading->image, width, height);
    if (status != VEDETTE_IMAGE_OK)
        return status;
    // A palette into colours, few bits into eight, sixteen into eight, a transparent colour into alpha.
    png_set_expand(png);
    png_set_strip_16(png);
    int passes = png_get_interlace_type(png, info) == PNG_INTERLACE_ADAM7 ? PNG_INTERLACE_ADAM7_PASSES : 1;
    png_read_update_info(png, info);
    int channels = png_get_channels(png, info);
    reading->row = malloc(png_get_rowbytes(png, info));
    if (!reading->row)
        return vedette_image_say(reading->image, VEDETTE_IMAGE_NO_MEMORY, "no memory for a row");
    for (int pass = 0; pass < passes; pass++) {
        uint32_t columns = passes == 1 ? width : PNG_PASS_COLS(width, pass);
        uint32_t rows = passes == 1 ? height : PNG_PASS_ROWS(height, pass);
        if (!columns)
            continue;
        for (uint32_t y = 0; y < rows; y++) {
            png_read_row(png, reading->row, NULL);
            uint32_t to = passes == 1 ? y : PNG_ROW_FROM_PASS_ROW(y, pass);
            uint8_t *greys = reading->image->greys + (size_t)to * width;
            for (uint32_t x = 0; x < columns; x++)
                put(greys + (passes == 1 ? x : PNG_COL_FROM_PASS_COL(x, pass)),
                    reading->row + (size_t)x * (size_t)channels, channels);
        }
    }
    return VEDETTE_IMAGE_OK;
}

int vedette_decode_png(const uint8_t *bytes, size_t count, vedette_image *image) {
    struct reading reading = {.bytes = bytes, .left = count, .image = image};
    png_structp png = png_create_read_struct(PNG_LIBPNG_VER_STRING, &reading, leave, warn);
    png_infop info = png ? png_create_info_struct(png) : NULL;
    if (!info) {
        png_destroy_read_struct(&png, NULL, NULL);
        return vedette_image_say(image, VEDETTE_IMAGE_NO_MEMORY, "no memory for a decoder");
    }
    int status = VEDETTE_IMAGE_BROKEN;
    // All that changes between here and the jump lies behind pointers, but the status, which the jump leaves.
    if (!setjmp(png_jmpbuf(png))) {
        png_set_read_fn(png, &reading, take);
        // How large an image may be is said by vedette_image_make, in its own words.
        png_set_user_limits(png, 0x7fffffff, 0x7fffffff);
        // 1 is none: texts would be unpacked, all of them, before anything could be said of the picture.
        png_set_chunk_cache_max(png, 1);
        png_set_chunk_malloc_max(png, 8u << 20);
        int done = read_rows(png, info, &reading);
        free(reading.row);
        png_destroy_read_struct(&png, &info, NULL);
        return done;
    }
    free(reading.row);
    png_destroy_read_struct(&png, &info, NULL);
    return status;
}
