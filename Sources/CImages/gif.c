#include "greys.h"

#include <stdlib.h>
#include <string.h>
#include <gif_lib.h>

struct reading {
    const uint8_t *bytes;
    size_t left;
};

static int take(GifFileType *gif, GifByteType *out, int count) {
    struct reading *reading = gif->UserData;
    size_t given = count < 0 ? 0 : (size_t)count < reading->left ? (size_t)count : reading->left;
    memcpy(out, reading->bytes, given);
    reading->bytes += given;
    reading->left -= given;
    return (int)given;
}

static int failed(vedette_image *image, int error) {
    const char *words = GifErrorString(error);
    return vedette_image_say(image, VEDETTE_IMAGE_BROKEN, words ? words : "its data is broken");
}

/* The extensions before the first image: only the graphics control says something of it. */
static int read_extension(GifFileType *gif, int *transparent) {
    int code = 0;
    GifByteType *block = NULL;
    if (DGifGetExtension(gif, &code, &block) == GIF_ERROR)
        return 0;
    while (block) {
        if (code == GRAPHICS_EXT_FUNC_CODE && block[0] >= 4)
            *transparent = block[1] & 1 ? block[4] : -1;
        if (DGifGetExtensionNext(gif, &block) == GIF_ERROR)
            return 0;
    }
    return 1;
}

/* Reads one image onto the canvas; a status. */
static int read_image(GifFileType *gif, vedette_image *image, int transparent, GifPixelType *row) {
    static const int starts[] = {0, 4, 2, 1};
    static const int steps[] = {8, 8, 4, 2};
    const ColorMapObject *colours = gif->Image.ColorMap ? gif->Image.ColorMap : gif->SColorMap;
    if (!colours)
        return vedette_image_say(image, VEDETTE_IMAGE_BROKEN, "it has no colours");
    int passes = gif->Image.Interlace ? 4 : 1;
    for (int pass = 0; pass < passes; pass++) {
        for (int y = passes == 1 ? 0 : starts[pass]; y < gif->Image.Height;
             y += passes == 1 ? 1 : steps[pass]) {
            if (DGifGetLine(gif, row, gif->Image.Width) == GIF_ERROR)
                return failed(image, gif->Error);
            int64_t to = (int64_t)gif->Image.Top + y;
            if (to < 0 || to >= image->height)
                continue;
            uint8_t *greys = image->greys + (size_t)to * image->width;
            for (int x = 0; x < gif->Image.Width; x++) {
                int64_t column = (int64_t)gif->Image.Left + x;
                if (column < 0 || column >= image->width || row[x] == transparent ||
                    row[x] >= colours->ColorCount)
                    continue;
                const GifColorType *colour = &colours->Colors[row[x]];
                greys[column] = vedette_luma(colour->Red, colour->Green, colour->Blue);
            }
        }
    }
    return VEDETTE_IMAGE_OK;
}

int vedette_decode_gif(const uint8_t *bytes, size_t count, vedette_image *image) {
    struct reading reading = {.bytes = bytes, .left = count};
    int error = 0;
    GifFileType *gif = DGifOpen(&reading, take, &error);
    if (!gif)
        return failed(image, error);
    int transparent = -1;
    int status = VEDETTE_IMAGE_OK;
    while (status == VEDETTE_IMAGE_OK) {
        GifRecordType type = UNDEFINED_RECORD_TYPE;
        if (DGifGetRecordType(gif, &type) == GIF_ERROR) {
            status = failed(image, gif->Error);
        } else if (type == EXTENSION_RECORD_TYPE) {
            if (!read_extension(gif, &transparent))
                status = failed(image, gif->Error);
        } else if (type == IMAGE_DESC_RECORD_TYPE) {
            if (DGifGetImageDesc(gif) == GIF_ERROR) {
                status = failed(image, gif->Error);
                break;
            }
            // Some write no size of the canvas.
            int is_bare = gif->SWidth <= 0 || gif->SHeight <= 0;
            int64_t width = is_bare ? gif->Image.Width : gif->SWidth;
            int64_t height = is_bare ? gif->Image.Height : gif->SHeight;
            status =
                vedette_image_make(image, width < 0 ? 0 : (uint64_t)width, height < 0 ? 0 : (uint64_t)height);
            if (status != VEDETTE_IMAGE_OK)
                break;
            int64_t own = (int64_t)gif->Image.Width * gif->Image.Height;
            if (gif->Image.Width <= 0 || own <= 0 || own > VEDETTE_IMAGE_MOST_PIXELS) {
                status = vedette_image_say(image, VEDETTE_IMAGE_BROKEN, "its image has an odd size");
                break;
            }
            image->effort += (uint64_t)own;
            GifPixelType *row = malloc((size_t)gif->Image.Width);
            status = row ? read_image(gif, image, transparent, row)
                         : vedette_image_say(image, VEDETTE_IMAGE_NO_MEMORY, "no memory for a row");
            free(row);
            break;
        } else {
            status = vedette_image_say(image, VEDETTE_IMAGE_BROKEN, "it has no image");
        }
    }
    DGifCloseFile(gif, &error);
    return status;
}
