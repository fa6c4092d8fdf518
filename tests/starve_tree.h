// starve_tree.h -- folders: copied, removed, compared
#ifndef STARVE_TREE_H
#define STARVE_TREE_H

#include <stdbool.h>
#include <stddef.h>

// Copies all files and folders of `from` to `to`, which is made. A failure ends the program.
void tree_copy(const char *from, const char *to);

// Removes it with all that is in it; that it is not there is fine.
void tree_remove(const char *path);

// Whether each file of `found` is in `wanted` or, if not NULL, in `before`, byte for byte, but for
// names with ".part", of which *parts counts. `all`: and each of `wanted` is in `found`. False:
// with the name of a file that differs in `what`.
bool tree_holds(const char *found, const char *wanted, const char *before, bool all, int *parts,
                char *what, size_t size);

// The bytes of a file with a '\0' behind them, for the caller to free; "" when it is not there.
char *file_text(const char *path, size_t *length);

#endif
