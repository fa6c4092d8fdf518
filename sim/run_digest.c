// run_digest.c -- one number for all that a run found
#include <xxhash.h>

#include "run.h"

// Padding is not part of a result: fields are digested one by one.
static void digest_collection(XXH3_state_t *state, const Collection *c) {
    const uint64_t fields[] = {
#define COLLECTION(type, name, what) c->name,
#define MEASURED(type, name, what)
#include "collection.def"
#undef COLLECTION
    };
    XXH3_64bits_update(state, fields, sizeof fields);
}

static void digest_behaviour(XXH3_state_t *state, const Collection *c) {
    const uint64_t fields[] = {
#define COLLECTION(type, name, what) c->name,
#define MEASURED(type, name, what)
#define TRACED(type, name, what)
#define PLACED(type, name, what)
#include "collection.def"
#undef COLLECTION
    };
    XXH3_64bits_update(state, fields, sizeof fields);
}

uint64_t run_digest(const RunResult *result, bool placement) {
    XXH3_state_t *state = XXH3_createState();
    MEMORY_CHECK(state != NULL);
    XXH3_64bits_reset(state);
    const uint64_t head[] = {BEHAVIOUR_VERSION, result->status, result->stream_digest};
    XXH3_64bits_update(state, head, sizeof head);
    for (size_t i = 0; i < METRIC_COUNT; i++) {
        if (!metric_known(&METRICS[i], false) || (METRICS[i].is_placed && !placement)) continue;
        uint64_t value = metric_value(&result->metrics, &METRICS[i]);
        XXH3_64bits_update(state, &value, sizeof value);
    }
    for (size_t i = 0; i < result->recorder->collection_count; i++)
        (placement ? digest_collection : digest_behaviour)(state,
                                                           &result->recorder->collections[i]);
    uint64_t digest = XXH3_64bits_digest(state);
    XXH3_freeState(state);
    return digest;
}
