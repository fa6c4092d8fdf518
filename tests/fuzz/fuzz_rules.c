// fuzz_rules.c -- any bytes as a policy of rules, and what is accepted decides for a small program
#include <stdlib.h>
#include <string.h>

#include "decision.h"
#include "fuzz.h"
#include "rules.h"
#include "run.h"

static const char WORKLOAD[] =
    "[workload]\nrounds = 2\n[phase build]\nallocations = 200\n[phase churn]\nallocations = 400\n"
    "[population model]\nphase = build\nlifetime = round\n[population u]\nphase = churn\n"
    "shape = chain\nobjects = uniform min=1 max=9\ncycle_density = 40%\nlifetime = 60\n";

// Any accepted policy ends its run, or is refused with a reason: a phase that is not there, or more
// collections than there is room for.
static void play(const Policy *policy) {
    static Spec spec;
    PolicyChoice choice;
    Error error = {0};
    bool done = false;
    CHECK(spec_read_text(&spec, "w", WORKLOAD, NULL, 0, &error));
    if (!policy_choice_set(&choice, policy, policy->name, NULL, "rules.ini", &error)) {
        fuzz_check_refusal(&error);
        return;
    }
    RunOptions options = {.spec = &spec, .policy = &choice, .batch = 64};
    Run *run = run_open(&options, &error);
    bool good = run != NULL;
    while (good && !done) good = run_advance(run, UINT64_MAX, &done, &error);
    if (!good) fuzz_check_refusal(&error);
    run_close(run);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    Error error = {0};
    char *text = fuzz_text(data, size);
    Rules *rules = rules_read("rules.ini", text, size, &error);
    if (rules == NULL) {
        fuzz_check_refusal(&error);
    } else {
        CHECK(policy_check(&rules->policy, &error));
        fuzz_check_plain(rules->name);
        fuzz_check_plain(rules->summary);
        fuzz_check_plain(rules->source);
        play(&rules->policy);
    }
    rules_free(rules);
    free(text);
    return 0;
}
