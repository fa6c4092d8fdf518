// fit_cells.h -- units of a recorded program, sorted into populations
//
// A cell is of one part, of one end (what dies by reference count, what is to be found, what
// stays) and of one type, or, for units of several objects, of one size and age. The cells that
// matter most become populations; the others join others of the same part and end.
#ifndef OURO_FIT_CELLS_H
#define OURO_FIT_CELLS_H

#include "base.h"

enum { FIT_PARTS_MAX = 8, FIT_POPULATIONS_MAX = 64, FIT_TYPES_MAX = 64 };
enum { FIT_BINS = 96, FIT_AGES = 18 };

typedef enum { FIT_COUNTED, FIT_CYCLIC, FIT_KEPT, FIT_ENDS } FitEnd;

// A bin of a histogram: values below 8 one by one, then four bins to an octave.
typedef struct {
    uint64_t units, sum;
} FitBin;

// What died together; while it is being summed up, what will have.
typedef struct {
    uint64_t objects, bytes;
    uint64_t born;   // the sum of the allocations before each
    uint32_t type;   // of the first that died
    uint32_t place;  // where one of them was asked for; 0: not known
} FitUnit;

typedef struct {
    uint32_t part, type;  // `type`: FIT_TYPES_MAX: several
    FitEnd end;
    uint32_t place, place_votes;  // the most frequent one, if one is (R. Boyer and J Moore's vote)
    bool is_single;               // units of one object
    uint64_t units, objects, bytes;
    FitBin sizes[FIT_BINS];      // objects per unit
    FitBin lifetimes[FIT_BINS];  // allocations for which the program holds a unit
} FitPopulation;

typedef struct FitCells FitCells;

FitCells *fit_cells_new(void);
void fit_cells_free(FitCells *cells);
void fit_cells_clear(FitCells *cells);

// What is about as old, 0 to FIT_AGES - 1; powers of 8 (nominal_age) are between ages.
uint32_t fit_age(uint64_t allocations);

// A unit that died, or was kept, after `now` allocations. Its type is below FIT_TYPES_MAX.
void fit_cells_add(FitCells *cells, uint32_t part, FitEnd end, const FitUnit *unit, uint64_t now);

// The populations, by part and size; at most FIT_POPULATIONS_MAX, their number is returned. The
// cells are used up.
uint32_t fit_cells_choose(FitCells *cells, FitPopulation populations[FIT_POPULATIONS_MAX]);

#endif
