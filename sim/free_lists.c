// free_lists.c -- blocks that CPython keeps for the next object of their type
#include "free_lists.h"

#include <string.h>

enum { TUPLE_BYTES = 40, ITEM_BYTES = 8, ITEMS_MAX = 20 };  // two links, count, type, length

uint32_t free_list_of(const char *type, uint32_t bytes) {
    if (strcmp(type, "list") == 0) return 0;
    if (strcmp(type, "dict") == 0) return 1;
    if (strcmp(type, "tuple") != 0 || bytes <= TUPLE_BYTES) return FREE_LISTS;
    const uint32_t items = (bytes - TUPLE_BYTES) / ITEM_BYTES;
    return items <= ITEMS_MAX ? 1 + items : FREE_LISTS;
}
