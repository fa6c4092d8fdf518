// spec.h -- what a workload text says, resolved and checked
//
// A workload has rounds of phases; a phase has populations of units. The text is INI (inih); its
// keys are the table in spec_keys.def, from which the reader, `ouro help workload` and
// workloads/README.md come.
#ifndef OURO_SPEC_H
#define OURO_SPEC_H

#include "dist.h"
#include "event.h"

enum { PHASES_MAX = 16, POPULATIONS_MAX = 64, NAME_SIZE = 32, HEAD_SIZE = 4096, SET_SIZE = 2048 };
enum { TRACE_PATH_SIZE = 1024 };

typedef enum { LIVES_ALLOCATIONS, LIVES_PHASE, LIVES_ROUND, LIVES_FOREVER } LifetimeKind;

// How long the register of a unit holds it.
typedef struct {
    LifetimeKind kind;
    Dist allocations;  // LIVES_ALLOCATIONS: after this many allocations
} Lifetime;

// "A share of the units refer to a random live unit of that population."
typedef struct {
    uint32_t population;
    uint32_t ppm;
} Link;

typedef struct {
    char name[NAME_SIZE];
    uint64_t allocations;    // per round, over all its populations
    uint64_t collect_every;  // gc.collect() after that many allocations; 0: never
    bool collect_at_end;
    bool even;         // populations and values of tables take turns, instead of by chance
    uint64_t request;  // allocations per request; 0: this phase serves none
} Phase;

typedef struct {
    char name[NAME_SIZE];
    uint32_t phase;
    Template template;
    uint64_t slots;          // reference slots of each object, filled or not
    uint32_t share_ppm;      // of the allocations of its phase, as it was written
    uint64_t share;          // the same, or what `allocations` are of them, in 1 / 2^32
    uint64_t allocations;    // per round
    Dist objects;            // per unit
    uint32_t closed_ppm;     // units closed into a cycle
    uint32_t resurrect_ppm;  // units whose finalizer brings them back
    Lifetime lifetime;
    Link links[LINKS_MAX];
    uint32_t mutation_ppm;  // link stores per allocation, while it has live units
    bool external;          // kept outside the heap: costs time, no objects
    uint64_t external_ns;   // time per object then
    uint64_t work_ns;       // computing after each unit
} Population;

typedef struct {
    char name[64];         // file name without folder and suffix, as text_plain leaves it
    char head[HEAD_SIZE];  // comment lines at the top of the text, without their marks
    char set[SET_SIZE];    // overrides but seed and scale, sorted: "churn.share=1; ..."; may be cut
    uint64_t rounds;
    uint64_t memory_limit;  // bytes held; 0: none
    uint64_t scale;         // in millionths
    uint64_t seed;
    uint32_t phase_count;
    uint32_t population_count;
    Phase phases[PHASES_MAX];
    Population populations[POPULATIONS_MAX];
    uint64_t digest;  // of the resolved text: every key with its value
    // A recorded program (spec_trace.h): its file, and how many units it has at a time. Each
    // population has its exact number of allocations; lifetimes are those of the recording.
    char trace[TRACE_PATH_SIZE];
    uint32_t trace_slots;
    bool trace_truncated;
} Spec;

// Reads the workload at `path` with `overrides` ("section.key=value", later ones win) on top. A
// phase's name with a population's key sets that key in all populations of the phase. Errors name
// file, line, key, what was found and what is allowed.
bool spec_read(Spec *spec, const char *path, const char *const *overrides, size_t override_count,
               Error *error);

// The same from a text in memory; `name` stands for the path.
bool spec_read_text(Spec *spec, const char *name, const char *text, const char *const *overrides,
                    size_t override_count, Error *error);

// Allocations that all rounds ask for; external populations count, as they take their share.
uint64_t spec_allocations(const Spec *spec);

// The table of keys, for help.
typedef enum { SECTION_WORKLOAD, SECTION_PHASE, SECTION_POPULATION, SECTION_COUNT } SectionKind;

typedef struct {
    SectionKind section;
    const char *name, *unit, *range, *fallback, *help;
} SpecKey;

size_t spec_key_count(void);
SpecKey spec_key(size_t i);

#endif
