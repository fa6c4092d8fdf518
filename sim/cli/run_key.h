// run_key.h -- the identity of a run: two runs with the same key have the same row
#ifndef OURO_RUN_KEY_H
#define OURO_RUN_KEY_H

#include "run.h"

// 64 bits of a text with a line each for behaviour version, workload and its digest (of the
// resolved text, so seed, scale and overrides are in it), what was overridden, policy as it was
// named and with all knobs, engine, and cost model with all prices. 0.0000003 is the chance that
// two of 3 million runs share one.
uint64_t run_key(const Spec *spec, const PolicyChoice *policy, Engine engine,
                 const CostTable *cost);

#endif
