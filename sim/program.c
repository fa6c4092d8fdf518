// program.c -- random programs
#include "program.h"

#include <stdio.h>
#include <string.h>

#include "rng.h"

typedef struct {
    Rng rng;
    char *end;
    size_t left;
    ProgramKind kind;
    uint32_t phases, populations;
    bool resurrects;  // a population does
} Writer;

static void put(Writer *w, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void put(Writer *w, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(w->end, w->left, format, arguments);
    va_end(arguments);
    CHECK(length >= 0 && (size_t)length < w->left);
    w->end += length;
    w->left -= (size_t)length;
}

// One in an expression: compilers differ in the order in which they evaluate arguments.
static uint32_t draw(Writer *w, uint32_t low, uint32_t high) {
    return low + rng_below(&w->rng, high - low + 1);
}

// The same of a program that is smaller than a whole one: at least 1.
static uint32_t draw_sized(Writer *w, uint32_t low, uint32_t high) {
    uint32_t whole = draw(w, low, high), sized = whole * w->kind.size / PROGRAM_WHOLE;
    return sized > 0 ? sized : 1;
}

static bool chance(Writer *w, uint32_t percent) { return draw(w, 1, 100) <= percent; }

static void put_sizes(Writer *w) {
    switch (draw(w, 0, 3)) {
        case 0:
            put(w, "objects = %u\n", draw(w, 1, 12));
            break;
        case 1:
            put(w, "objects = uniform min=1 max=%u\n", draw(w, 2, 20));
            break;
        case 2:
            put(w, "objects = geometric mean=%u max=200\n", draw(w, 2, 8));
            break;
        default:
            put(w, "objects = table 1:50%% 3:30%% %u:20%%\n", draw(w, 4, 40));
            break;
    }
}

static void put_shape(Writer *w) {
    static const char *const sized[] = {"chain", "ring", "instance"};
    uint32_t shape = draw(w, 0, 7);
    if (shape < 3) put(w, "shape = %s\n", sized[shape]);
    if (shape == 3) put(w, "shape = tree fanout=%u\n", draw(w, 1, 5));
    if (shape == 4) put(w, "shape = btree fanout=%u\n", draw(w, 1, 4));
    if (shape == 5) put(w, "shape = mesh degree=%u\n", draw(w, 1, 5));
    if (shape < 6)
        put_sizes(w);
    else
        put(w, "shape = %s\n", shape == 6 ? "single" : "pair");
    if (chance(w, 70)) put(w, "cycle_density = %u%%\n", draw(w, 0, 100));
    if (shape != 5 && chance(w, 30)) put(w, "back_edges = %u%%\n", draw(w, 0, 100));
}

static void put_lifetime(Writer *w) {
    if (w->kind.simulated && chance(w, 5)) {
        put(w, "lifetime = forever\n");
        return;
    }
    switch (draw(w, 0, 5)) {
        case 0:
            put(w, "lifetime = phase\n");
            break;
        case 1:
            put(w, "lifetime = round\n");
            break;
        case 2:
            put(w, "lifetime = %u\n", draw_sized(w, 1, 400));
            break;
        case 3:
            put(w, "lifetime = uniform min=1 max=%u\n", draw_sized(w, 2, 900));
            break;
        case 4:
            put(w, "lifetime = geometric mean=%u\n", draw_sized(w, 2, 500));
            break;
        default:
            put(w, "lifetime = power min=%u", draw_sized(w, 1, 60));
            put(w, " exponent=1.%u max=3k\n", draw(w, 0, 9));
    }
}

// Links lead to this population or to one declared before it: never in a circle.
static void put_links(Writer *w, uint32_t population) {
    uint32_t count = chance(w, 60) ? draw(w, 1, 3) : 0;
    for (uint32_t i = 0; i < count; i++) {
        put(w, "%sp%u", i == 0 ? "links = " : ", ", draw(w, 0, population));
        put(w, " %u%%", draw(w, 1, 100));
    }
    if (count == 0) return;
    put(w, "\n");
    if (chance(w, 40)) put(w, "mutation_rate = %u%%\n", draw(w, 1, 60));
}

// Around the borders of size classes, and of what goes to malloc.
static const uint16_t PAYLOADS[] = {1, 15, 16, 17, 100, 208, 496, 512, 513, 700, 1024, 2000};

static void put_population(Writer *w, uint32_t population) {
    CHECK(w->phases > 0);
    put(w, "[population p%u]\nphase = f%u\n", population, population % w->phases);
    put_shape(w);
    put(w, "allocations = %u\n", draw_sized(w, 20, 1500));
    put_lifetime(w);
    put_links(w, population);
    if (chance(w, 30)) {
        put(w, "finalizer = yes\n");
        bool resurrects = chance(w, 60);
        if (resurrects) put(w, "resurrect = %u%%\n", draw(w, 1, 100));
        w->resurrects |= resurrects;
    }
    if (chance(w, 20)) put(w, "payload = %u\n", PAYLOADS[draw(w, 0, ARRAY_LENGTH(PAYLOADS) - 1)]);
    if (!w->kind.simulated) return;
    if (chance(w, 30)) put(w, "payload_on = every\n");
    if (chance(w, 30)) put(w, "bytes = %u\n", draw(w, 16, 700));
    if (chance(w, 5)) put(w, "store = external\n");
}

typedef enum { RANDOM_GEN3, RANDOM_FREEZE, RANDOM_ARENA } RandomPolicy;

// Some of the populations are born where the policy puts the rest later.
static void put_born(Writer *w) {
    const uint32_t born = draw(w, 1, (1u << w->populations) - 1);
    put(w, ",populations=");
    for (uint32_t i = 0; i < w->populations; i++)
        if (born >> i & 1) put(w, "%sp%u", born & ((1u << i) - 1) ? "+" : "", i);
}

// What only some policies have.
static void put_own_knobs(Writer *w, RandomPolicy policy) {
    bool first = chance(w, 50), other = chance(w, 50);
    if (policy == RANDOM_FREEZE)
        put(w, ",collect_first=%s,collect_after=%s", first ? "yes" : "no", other ? "yes" : "no");
    if (policy == RANDOM_ARENA)
        put(w, ",collect_first=%s,until=%s", first ? "yes" : "no", other ? "round" : "phase");
}

static void put_generations(Writer *w) {
    static const char *const names[] = {"gen3", "freeze", "arena"};
    static const char *const rules[] = {
        [FINALIZERS_PEP442] = "pep442", [FINALIZERS_PEP442_WHOLE] = "pep442-whole"};
    uint32_t kind = draw(w, 1, 100);
    RandomPolicy policy = kind <= 20 ? RANDOM_FREEZE : kind <= 40 ? RANDOM_ARENA : RANDOM_GEN3;
    // no region is left alive
    if (policy == RANDOM_ARENA && w->resurrects && !w->kind.simulated) policy = RANDOM_GEN3;
    uint32_t t0 = draw_sized(w, 3, 163), t1 = draw(w, 1, 6), t2 = draw(w, 1, 4);
    bool quarter = chance(w, 60), allocation = chance(w, 50), legacy = chance(w, 25);
    put(w, "%s:t0=%u,t1=%u,t2=%u,quarter=%s,trigger=%s,finalizers=%s", names[policy], t0, t1, t2,
        quarter ? "yes" : "no", allocation ? "allocation" : "safepoint",
        legacy && policy != RANDOM_ARENA ? "legacy" : rules[w->kind.finalizers]);
    if (policy != RANDOM_GEN3 && w->kind.simulated && chance(w, 40))
        put_born(w);  // both would be too long for a policy's name
    else
        put_own_knobs(w, policy);
}

static void put_free_threaded(Writer *w) {
    const uint32_t t0 = draw_sized(w, 3, 60), t1 = draw(w, 0, 3), batch = draw(w, 1, 40);
    const bool below_zero = chance(w, 50), old = chance(w, 75);
    put(w, "free-threaded:t0=%u,t1=%u,batch=%u,below_zero=%s,version=%s,own=0,mark=no", t0, t1,
        batch, below_zero ? "yes" : "no", old ? "3.13" : "3.15");
}

static void put_candidate_roots(Writer *w) {
    static const char *const adaptive[] = {"none", "php", "orc"};
    const uint32_t threshold = draw(w, 1, chance(w, 50) ? 5 : 60), rule = draw(w, 0, 2);
    const uint32_t step = draw(w, 1, 20), least = draw(w, 0, 30);
    put(w, "candidate-roots:threshold=%u,adaptive=%s,step=%u,least=%u", threshold, adaptive[rule],
        step, least);
}

// What only the tracing heap carries out.
static void put_traced(Writer *w) {
    const uint32_t kind = draw(w, 1, 100);
    const uint32_t t0 = draw_sized(w, 3, 60), t1 = draw(w, 0, 3), t2 = draw(w, 0, 3);
    const bool legacy = chance(w, 25), allocation = chance(w, 50), quarter = chance(w, 60);
    if (kind <= 60)
        put_candidate_roots(w);
    else if (kind <= 90)
        put(w, "gen3-mark:t0=%u,t1=%u,t2=%u,quarter=%s,trigger=%s,finalizers=%s", t0, t1, t2,
            quarter ? "yes" : "no", allocation ? "allocation" : "safepoint",
            legacy ? "legacy" : "pep442");
    else
        put(w, "free-threaded:t0=%u,t1=%u,batch=%u,version=3.15,own=0", t0, t1, t2 + 1);
}

static void put_by_hand(Writer *w) {
    static const char *const collects[] = {"no", "young", "full"};
    const bool requests = chance(w, 40), full = chance(w, 30);
    const uint32_t t0 = draw_sized(w, 3, 163), thaw = draw(w, 0, 3);
    const uint32_t every = requests ? draw(w, 1, 3) : draw_sized(w, 100, 900);
    put(w, "by-hand:t0=%u,every=%u,of=%s,thaw=%u,collect=%s,full=%s", t0, every,
        requests ? "requests" : "allocations", thaw, collects[draw(w, 0, 2)], full ? "yes" : "no");
}

// By bytes, by what was learned, by phases.
static void put_other(Writer *w) {
    const uint32_t kind = draw(w, 1, 10), t0 = draw_sized(w, 3, 163), few = draw(w, 1, 6);
    const uint32_t bytes = draw_sized(w, 500, 40000), percent = draw(w, 1, 100);
    const bool first = chance(w, 50);
    if (kind <= 3) put(w, "byte-budget:budget=%u,full_every=%u", bytes, few);
    if (kind == 4) put(w, "heap-factor:percent=%u,least=%u", 101 + percent, bytes);
    if (kind == 5) put(w, "membalancer:price=%u,least=%u", 1u << 5 * few, bytes);
    if (kind == 6)
        put(w, "native-payload-aware:t0=%u,payload=%u,full_payload=%u", 4 * t0, bytes, 3 * bytes);
    if (kind == 7) put(w, "dynamic-threshold:t0=%u,t1=%u,t2=1,max0=%u", t0, few, 5 * t0);
    if (kind == 8)
        put(w, "pretenure:t0=%u,t1=%u,t2=1,learn=%s,percent=%u", t0, few, first ? "round" : "full",
            percent);
    if (kind == 9)
        put(w, "phase-stack:t0=%u,t1=%u,t2=1,collect_first=%s", t0, few, first ? "yes" : "no");
    if (kind == 10) put_by_hand(w);
}

static void put_policy(Writer *w) {
    if (w->kind.traced && chance(w, 20)) {
        put_traced(w);
        return;
    }
    const uint32_t kind = w->kind.simulated ? draw(w, 1, 100) : 0;
    if (w->kind.simulated && chance(w, 50)) w->kind.finalizers = FINALIZERS_PEP442_WHOLE;
    if (kind > 97)
        put(w, kind == 100 ? "none" : "oracle");
    else if (kind > 80)
        put_free_threaded(w);
    else if (kind > 65)
        put_other(w);
    else
        put_generations(w);
}

Program program_new(uint64_t seed, ProgramKind kind) {
    CHECK(kind.size >= 1 && kind.size <= PROGRAM_WHOLE);
    Program program = {{0}, {0}};
    Writer w = {.kind = kind, .end = program.workload, .left = sizeof program.workload};
    rng_seed(&w.rng, seed, 77);
    w.phases = draw(&w, 1, 3);
    w.populations = w.phases + draw(&w, 0, 3);
    const uint32_t stream = draw(&w, 0, 1u << 30), rounds = draw(&w, 1, 3);
    put(&w, "[workload]\nrounds = %u\nseed = %u\n", rounds, stream);
    for (uint32_t i = 0; i < w.phases; i++) {
        put(&w, "[phase f%u]\n", i);
        if (chance(&w, 15)) put(&w, "collect_every = %u\n", draw_sized(&w, 50, 900));
        if (chance(&w, 15)) put(&w, "collect_at_end = yes\n");
        if (kind.simulated && chance(&w, 15)) put(&w, "request = %u\n", draw_sized(&w, 50, 900));
    }
    for (uint32_t i = 0; i < w.populations; i++) put_population(&w, i);
    w.end = program.policy;
    w.left = sizeof program.policy;
    put_policy(&w);
    return program;
}
