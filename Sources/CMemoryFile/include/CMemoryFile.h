/** Files in memory that nobody can change once they are sealed (memfd_create(2)), which the Glibc module
 * leaves out. */
#ifndef VEDETTE_CMEMORYFILE_H
#define VEDETTE_CMEMORYFILE_H

/** An empty file in memory, closed on exec; -1 and errno where there is none to be had. */
int vedette_memory_file(const char *name);

/** From now on it cannot be written to, grow or shrink, and no seal can be taken off. 0, or -1 and errno. */
int vedette_seal(int descriptor);

/** 1 where nobody can write to it any more. */
int vedette_is_sealed(int descriptor);

#endif
