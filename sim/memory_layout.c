// memory_layout.c -- the geometries of CPython's small-object allocator, version by version
#include "memory_layout.h"

#include <stdio.h>
#include <string.h>

#include "text.h"

#define KIB 1024u

#define LAYOUT(constant, name, versions, arena, pool, alignment, limit, lost, release) \
    const MemoryLayout constant = {name, versions, arena, pool, alignment, limit, lost, release};
#include "memory_layouts.def"
#undef LAYOUT

static const MemoryLayout *const LAYOUTS[] = {
#define LAYOUT(constant, ...) &constant,
#include "memory_layouts.def"
#undef LAYOUT
};

static bool has_version(const MemoryLayout *layout, const char *version) {
    const char *versions = layout->versions;
    char word[16];
    while (text_word(&versions, word, sizeof word))
        if (strcmp(word, version) == 0) return true;
    return false;
}

const MemoryLayout *memory_layout_find(const char *version, Error *error) {
    char all[256] = "";
    for (size_t i = 0; i < ARRAY_LENGTH(LAYOUTS); i++) {
        if (has_version(LAYOUTS[i], version)) return LAYOUTS[i];
        size_t used = strlen(all);
        snprintf(all + used, sizeof all - used, "%s%s", i > 0 ? ", " : "", LAYOUTS[i]->versions);
    }
    error_set(error, "no allocator '%s'; those of CPython %s (alike between two commas)", version,
              all);
    return NULL;
}

void memory_layout_check(const MemoryLayout *layout) {
    CHECK(__builtin_popcount(layout->arena_bytes) == 1);  // powers of two
    CHECK(__builtin_popcount(layout->pool_bytes) == 1);
    CHECK(layout->alignment == 8 || layout->alignment == 16);
    CHECK(layout->pool_bytes / layout->alignment < UINT16_MAX);
    CHECK(layout->small_limit >= layout->alignment);
    CHECK(layout->small_limit % layout->alignment == 0 && POOL_HEADER % layout->alignment == 0);
    // Nothing is full and empty at once.
    CHECK(layout->arena_bytes / layout->pool_bytes >= layout->pools_lost + 2);
    CHECK(layout->pool_bytes > POOL_HEADER);
    CHECK((layout->pool_bytes - POOL_HEADER) / layout->small_limit >= 2);
}
