// locality.h -- how many touches of a collection miss the caches
//
// At the same counts a full collection costs 24 ns per candidate on a heap in order and 1000 on a
// scattered one. What makes the difference are loads that miss: each step of a walk along a list
// of objects depends on the last one, and each reference leads to a target somewhere. So the
// touches of a collection go, in CPython's order, through three simulated caches and a table of
// pages. Their state is kept between collections; what the program does to objects touches it.
//
// Only a sample is simulated: lines and pages of which one in 16 is chosen by its hash, in caches a
// sixteenth the size; counts are multiplied. All of it follows from addresses alone.
#ifndef OURO_LOCALITY_H
#define OURO_LOCALITY_H

#include "memory.h"

// Lines of each level, as powers of two: 32 KiB, 1 MiB, and the 8 MiB that a process can expect of
// a shared last level; and pages. Of the powers tried, these predicted held-out runs best.
enum { LINE_BYTES = 64, PAGE_BYTES = 4096 };
enum { L1_LINES_LOG2 = 9, L2_LINES_LOG2 = 14, L3_LINES_LOG2 = 17, TABLE_PAGES_LOG2 = 12 };

// Touches that missed, in all touches (scaled up from the sample).
typedef struct {
    uint64_t jumps_l1, jumps_l2, jumps_l3;  // steps of a list walk to another place, by level
    uint64_t edges_l1, edges_l2, edges_l3;  // references to another place
    uint64_t pages;  // steps of a list walk to a page that the table did not have
} Misses;

typedef struct Locality Locality;

// Room for that many touches of one pass, at addresses in units of `alignment` bytes. NULL with
// `error` when it cannot be reserved.
Locality *locality_open(uint64_t touches_max, uint32_t alignment, Error *error);
void locality_close(Locality *locality);

// Which samples an address is in: a bit set.
enum { SAMPLE_LINE = 1, SAMPLE_PAGE = 2 };
uint32_t locality_sample(const Locality *locality, Address address);

// The program touches a block that is in a sample.
void locality_touch(Locality *locality, Address address);

// A walk is cheap while the next object lies near the last one, within 256 bytes: the processor
// fetches it ahead. `near` is that in units of an Address.
static inline uint32_t locality_near(uint32_t alignment) { return 256 / alignment; }
static inline bool locality_is_jump(Address from, Address to, uint32_t near) {
    return to - from + near > 2 * near;
}

// The touches of a pass are written down once, those in `sample`, and played as often as the
// collector makes them: with the targets of references, or without.
void locality_begin(Locality *locality);
void locality_step(Locality *locality, Address address, uint32_t sample, bool is_jump);
void locality_edge(Locality *locality, Address address, bool is_jump);
typedef enum { PASS_STEPS, PASS_STEPS_AND_EDGES } PassKind;
void locality_play(Locality *locality, PassKind kind, Misses *misses);

#endif
