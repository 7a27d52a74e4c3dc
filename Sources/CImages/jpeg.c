#include "greys.h"

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <jpeglib.h>
#include <jerror.h>

struct trouble {
    struct jpeg_error_mgr base;
    jmp_buf out;
    int status;
    vedette_image *image;
};

static void leave(j_common_ptr cinfo) {
    struct trouble *trouble = (struct trouble *)cinfo->err;
    int code = trouble->base.msg_code;
    char words[JMSG_LENGTH_MAX];
    trouble->base.format_message(cinfo, words);
    trouble->status = VEDETTE_IMAGE_BROKEN;
    if (code == JERR_OUT_OF_MEMORY || code == JERR_NO_BACKING_STORE) {
        trouble->status = VEDETTE_IMAGE_TOO_LARGE;
        snprintf(words, sizeof words, "it takes more than %u MiB to decode", VEDETTE_IMAGE_MOST_MEMORY >> 20);
    } else if (code == JERR_IMAGE_TOO_BIG) {
        trouble->status = VEDETTE_IMAGE_TOO_LARGE;
    } else if (code == JERR_BAD_PRECISION || code == JERR_SOF_UNSUPPORTED || code == JERR_ARITH_NOTIMPL ||
               code == JERR_CONVERSION_NOTIMPL) {
        trouble->status = VEDETTE_IMAGE_UNREAD;
    }
    vedette_image_say(trouble->image, trouble->status, words);
    longjmp(trouble->out, 1);
}

/* The library goes on with grey where data is missing: a hash of that would be one of no picture. */
static void warn(j_common_ptr cinfo, int level) {
    if (level >= 0)
        return;
    switch (cinfo->err->msg_code) {
    case JWRN_JPEG_EOF:
    case JWRN_HIT_MARKER:
    case JWRN_HUFF_BAD_CODE:
    case JWRN_ARITH_BAD_CODE:
    case JWRN_MUST_RESYNC:
    case JWRN_BOGUS_PROGRESSION:
        leave(cinfo);
    }
}

static void say_nothing(j_common_ptr cinfo) {
    (void)cinfo;
}

static void count_scans(j_common_ptr cinfo) {
    if (((j_decompress_ptr)cinfo)->input_scan_number <= VEDETTE_IMAGE_MOST_SCANS)
        return;
    struct trouble *trouble = (struct trouble *)cinfo->err;
    trouble->status =
        vedette_image_say(trouble->image, VEDETTE_IMAGE_TOO_LARGE, "it comes in too many passes");
    longjmp(trouble->out, 1);
}

static uint64_t part(uint32_t side, unsigned denominator) {
    return ((uint64_t)side + denominator - 1) / denominator;
}

int vedette_decode_jpeg(const uint8_t *bytes, size_t count, vedette_image *image) {
    struct jpeg_decompress_struct cinfo = {0};
    struct jpeg_progress_mgr progress = {.progress_monitor = count_scans};
    struct trouble trouble = {.status = VEDETTE_IMAGE_BROKEN, .image = image};
    cinfo.err = jpeg_std_error(&trouble.base);
    trouble.base.error_exit = leave;
    trouble.base.emit_message = warn;
    trouble.base.output_message = say_nothing;
    // All that changes between here and the jump lies behind pointers.
    if (setjmp(trouble.out)) {
        jpeg_destroy_decompress(&cinfo);
        return trouble.status;
    }
    jpeg_create_decompress(&cinfo);
    cinfo.mem->max_memory_to_use = VEDETTE_IMAGE_MOST_MEMORY;
    cinfo.progress = &progress;
    jpeg_mem_src(&cinfo, bytes, (unsigned long)count);
    jpeg_read_header(&cinfo, TRUE);
    uint64_t pixels = (uint64_t)cinfo.image_width * cinfo.image_height;
    if (pixels > VEDETTE_IMAGE_MOST_PIXELS) {
        trouble.status = vedette_image_make(image, cinfo.image_width, cinfo.image_height);
        longjmp(trouble.out, 1);
    }
    // Each pass costs as much again, and what is left out by scaling costs little.
    image->effort = pixels / 4 + pixels / 16 * (jpeg_has_multiple_scans(&cinfo) ? 10 : 1);
    unsigned denominator = 8;
    while (denominator > 1 && (part(cinfo.image_width, denominator) < VEDETTE_IMAGE_ENOUGH ||
                               part(cinfo.image_height, denominator) < VEDETTE_IMAGE_ENOUGH))
        denominator /= 2;
    cinfo.scale_num = 1;
    cinfo.scale_denom = denominator;
    int has_black = cinfo.jpeg_color_space == JCS_CMYK || cinfo.jpeg_color_space == JCS_YCCK;
    cinfo.out_color_space = has_black ? JCS_CMYK : JCS_GRAYSCALE;
    jpeg_start_decompress(&cinfo);
    trouble.status = vedette_image_make(image, cinfo.output_width, cinfo.output_height);
    if (trouble.status != VEDETTE_IMAGE_OK)
        longjmp(trouble.out, 1);
    int parts = cinfo.output_components;
    JSAMPARRAY row =
        cinfo.mem->alloc_sarray((j_common_ptr)&cinfo, JPOOL_IMAGE, cinfo.output_width * (JDIMENSION)parts, 1);
    while (cinfo.output_scanline < cinfo.output_height) {
        uint8_t *grey = image->greys + (size_t)cinfo.output_scanline * image->width;
        if (jpeg_read_scanlines(&cinfo, row, 1) != 1)
            break;
        const JSAMPLE *from = row[0];
        for (uint32_t x = 0; x < image->width; x++, from += parts) {
            if (!has_black) {
                grey[x] = from[0];
                continue;
            }
            // Adobe writes how much light is left, others how much ink is there.
            unsigned light[4];
            for (int i = 0; i < 4; i++)
                light[i] = cinfo.saw_Adobe_marker ? from[i] : 255u - from[i];
            grey[x] =
                vedette_luma(light[0] * light[3] / 255, light[1] * light[3] / 255, light[2] * light[3] / 255);
        }
    }
    jpeg_destroy_decompress(&cinfo);
    return VEDETTE_IMAGE_OK;
}
