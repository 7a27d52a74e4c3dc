/** The files that `vedette plugin new` makes folders of, within the program: the ABI's headers, the Swift
 * kit, the examples. */
#ifndef VEDETTE_CPLUGINTEMPLATES_H
#define VEDETTE_CPLUGINTEMPLATES_H

#include <stddef.h>

/** One file: its path as PluginTemplates knows it, and its bytes. */
typedef struct vedette_template {
    const char *path;
    const unsigned char *bytes;
    size_t length;
} vedette_template;

/** How many there are. */
size_t vedette_template_count(void);

/** One of them, from 0 on. */
vedette_template vedette_template_at(size_t index);

#endif
