// nominal.c -- a workload in a few figures, whoever runs it: what two workloads are compared by
#include "nominal.h"

uint64_t nominal_age(size_t i) { return 1ull << (3 * (i + 1)); }

void nominal_born(Nominal *n, uint64_t objects, uint64_t bytes) {
    n->objects += objects;
    n->bytes += bytes;
    n->live += objects;
    n->live_max = max_u64(n->live_max, n->live);
}

void nominal_stayed(Nominal *n, uint64_t objects, uint64_t born, uint64_t now) {
    // The i-th of them, from 1, has lived for now - born - i.
    for (size_t i = 0; i < NOMINAL_AGES; i++)
        if (now - born > nominal_age(i))
            n->survivors[i] += min_u64(objects, now - born - nominal_age(i));
}

void nominal_died(Nominal *n, uint64_t objects, uint64_t born, uint64_t now) {
    nominal_stayed(n, objects, born, now);
    n->live -= objects;
}

void nominal_component(Nominal *n, uint64_t objects) {
    n->cyclic += objects;
    n->components++;
    n->component_squares += objects * objects;
}
