// free_lists.h -- blocks that CPython keeps for the next object of their type
//
// Of 3.11: Objects/listobject.c, dictobject.c, tupleobject.c. What comes from a free list was
// counted when its block was taken, and is not counted again; so how many blocks wait in them is
// part of when a collection is due. Lists are numbered as in a trace: 0 lists, 1 dictionaries, 2
// and up tuples of 1, 2 ... items.
#ifndef OURO_FREE_LISTS_H
#define OURO_FREE_LISTS_H

#include "base.h"

enum { FREE_LISTS = 22 };  // as a list's number: none

// The most blocks that this one keeps.
static inline uint32_t free_list_room(uint32_t list) { return list < 2 ? 80 : 2000; }

// A change, or a level, as far as the list has room for it, either way.
static inline int64_t free_list_cut(uint32_t list, int64_t blocks) {
    const int64_t room = free_list_room(list);
    return blocks > room ? room : blocks < -room ? -room : blocks;
}

// Where a block of that size, links of the collector included, goes when its object of that type
// dies; FREE_LISTS: nowhere.
uint32_t free_list_of(const char *type, uint32_t bytes);

#endif
