// trace_fit.h -- from what a program did to a workload that resembles it
//
// The program's run is cut into parts: the phases that it marked, or the place where it stopped
// growing (trace_change.h), and equal parts of these. What dies at one moment, and was of one part
// and age, is a unit; of garbage, what refers to each other is. Units that are alike are a
// population (fit_cells.h).
#ifndef OURO_TRACE_FIT_H
#define OURO_TRACE_FIT_H

#include "fit_cells.h"
#include "nominal.h"
#include "trace_story.h"

typedef struct {
    char name[STORY_NAME_SIZE];
    uint64_t begin;  // objects before it
    uint64_t objects;
    uint64_t calls;      // of gc.collect()
    uint64_t untracked;  // bytes of blocks that no collector looks at any more, and that stay
} FitPart;

typedef struct {
    TraceHead head;
    bool truncated;
    FitPart parts[FIT_PARTS_MAX];
    uint32_t part_count;
    FitPopulation populations[FIT_POPULATIONS_MAX];
    uint32_t population_count;
    Nominal nominal;  // of the trace itself
} TraceFit;

// A trace that has been read. NULL with `error` when it cannot be, or is damaged.
typedef struct TraceFitter TraceFitter;
TraceFitter *trace_fitter_new(const char *path, Error *error);
void trace_fitter_free(TraceFitter *fitter);

// The fit with so many parts, 1 to FIT_PARTS_MAX; more if the program marked more phases.
void trace_fit(TraceFitter *fitter, uint32_t parts, TraceFit *fit);

// What populations are of, and where they were asked for ("" when that is not known).
const char *trace_fit_type(const TraceFitter *fitter, const FitPopulation *population);
const char *trace_fit_place(const TraceFitter *fitter, const FitPopulation *population);

#endif
