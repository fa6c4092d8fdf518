// candidate_roots.c -- cycles are looked for where a reference went that was not the last one
//
// The heap keeps a buffer of objects that lost a reference and were not freed by it; when it is
// full a collection examines what they reach, and nothing else (sim/roots.c). What nobody touches
// costs nothing; but what is alive, often let go of and reaches much is examined again and again.
//
// How full is full follows from what the last collection found:
//   php   from 7.3 on: next to nothing, and the threshold rises by a step; more, and it falls back
//         by one, not below where it began. Collections that the program asks for change nothing
//   orc   at least half of what was examined was garbage: two thirds of the threshold, but 16 at
//         least; less was: half as much again. All of it was, and the threshold is not above where
//         it began: it stays
// PHP collects before it adds the root that is one too many; Nim, when the last one that fits was
// added; both in the middle of whatever takes the reference away. Here it is at the end of the
// event, and every root there is takes part. PHP runs destructors first and collects again at once,
// where this follows PEP 442.
#include "policy.h"

enum { PHP_MOST = 1000000000, ORC_LEAST = 16 };

typedef enum { FIXED, PHP, ORC } Adaptive;

typedef struct {
    Adaptive adaptive;
    uint64_t first;      // the threshold at the beginning
    uint64_t threshold;  // roots that fit
    uint64_t step, least;
    bool is_asked;  // the plan that is out is the program's wish
} CandidateRoots;

static const Knob knobs[] = {
    {"threshold", KNOB_COUNT, "10000", 1, PHP_MOST, NULL,
     "candidate roots that fill the buffer; orc: the last of them, else the next, starts a "
     "collection"},
    {"adaptive", KNOB_TEXT, "none", 0, 0, "none|php|orc",
     "how the threshold follows what a collection found"},
    {"step", KNOB_COUNT, "10000", 1, PHP_MOST, NULL, "php: by how much it rises and falls"},
    {"least", KNOB_COUNT, "100", 0, PHP_MOST, NULL,
     "php: it rises when a collection freed fewer objects than this"},
};
enum { KNOB_THRESHOLD, KNOB_ADAPTIVE, KNOB_STEP, KNOB_LEAST };

static bool candidate_roots_start(void *state, const KnobValue *values, const WorkloadNames *names,
                                  SpaceSetup *setup, Error *error) {
    CandidateRoots *s = state;
    const char rule = values[KNOB_ADAPTIVE].text[0];
    (void)names;
    (void)error;
    *s = (CandidateRoots){.adaptive = rule == 'p'   ? PHP
                                      : rule == 'o' ? ORC
                                                    : FIXED,
                          .first = values[KNOB_THRESHOLD].count,
                          .threshold = values[KNOB_THRESHOLD].count,
                          .step = values[KNOB_STEP].count,
                          .least = values[KNOB_LEAST].count};
    setup->counts_roots = true;
    setup->space_count = 1;
    setup->space_names[0] = "heap";
    return true;
}

// gc_adjust_threshold of zend_gc.c.
static void adapt_php(CandidateRoots *s, uint64_t freed) {
    if (s->is_asked) return;
    if (freed < s->least)
        s->threshold = min_u64(s->threshold + s->step, PHP_MOST);
    else
        s->threshold = max_u64(s->threshold - min_u64(s->threshold, s->step), s->first);
}

// collectCycles of orc.nim.
static void adapt_orc(CandidateRoots *s, const PlanResult *found) {
    const uint64_t most = INT64_MAX / 4;
    if (found->survivors == 0 && s->threshold <= s->first) return;
    if (2 * found->collected >= found->candidates)
        s->threshold = max_u64(s->threshold / 3 * 2, ORC_LEAST);
    else if (s->threshold < most)
        s->threshold = s->threshold * 3 / 2;
}

static void candidate_roots_wake(void *state, const HeapView *view, Decision *decision) {
    CandidateRoots *s = state;
    if (view->reason == WAKE_DONE && s->adaptive == PHP) adapt_php(s, view->last.collected);
    if (view->reason == WAKE_DONE && s->adaptive == ORC) adapt_orc(s, &view->last);
    decision->fuse.roots = s->adaptive == ORC ? s->threshold - 1 : s->threshold;
    if (view->reason != WAKE_ROOTS && view->reason != WAKE_COLLECT) return;
    s->is_asked = view->reason == WAKE_COLLECT;
    decision->plan =
        (Plan){.kind = PLAN_ROOTS, .spaces = 1, .into = 0, .generation = s->is_asked ? 2 : 0};
}

const Policy candidate_roots_policy = {
    .name = "candidate-roots",
    .summary = "cycles are looked for where a reference went that was not the last one",
    .source =
        "D. F. Bacon and V. T. Rajan, Concurrent Cycle Collection in Reference Counted Systems, "
        "2001",
    .knobs = knobs,
    .knob_count = ARRAY_LENGTH(knobs),
    .state_size = sizeof(CandidateRoots),
    .start = candidate_roots_start,
    .wake = candidate_roots_wake,
};
