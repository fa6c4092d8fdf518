// run_key.c -- the identity of a run
#include "run_key.h"

#include <stdio.h>
#include <xxhash.h>

static uint64_t prices_digest(const CostTable *cost) {
    const uint64_t prices[] = {
#define PAUSE(counted, cache, counts, what)   cost->counted,
#define MUTATOR(counted, cache, counts, what) cost->counted,
#include "cost.def"
#undef PAUSE
#undef MUTATOR
    };
    return XXH3_64bits(prices, sizeof prices);
}

uint64_t run_key(const Spec *spec, const PolicyChoice *policy, Engine engine,
                 const CostTable *cost) {
    char text[4096];
    int length = snprintf(text, sizeof text,
                          "behaviour %u\nworkload %s\nworkload_digest %016llx\nset %s\n"
                          "policy %s\nknobs %s\nengine %s\ncost %s\nprices %016llx\n",
                          BEHAVIOUR_VERSION, spec->name, (unsigned long long)spec->digest,
                          spec->set, policy->label, policy->canonical, engine_name(engine),
                          cost->name, (unsigned long long)prices_digest(cost));
    CHECK(length > 0 && length < (int)sizeof text);
    return XXH3_64bits(text, (size_t)length);
}
