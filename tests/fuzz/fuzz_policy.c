// fuzz_policy.c -- any text as a policy with knobs, lists and ranges, and as other arguments
#include <stdlib.h>
#include <string.h>

#include "cli/allowances.h"
#include "cli/grid.h"
#include "fuzz.h"

// A canonical text stands for the policy: read again it is the same.
static void check_canonical(const PolicyChoice *choice) {
    PolicyChoice again;
    Error error = {0};
    fuzz_check_plain(choice->label);
    fuzz_check_plain(choice->canonical);
    if (strlen(choice->canonical) >= POLICY_LABEL_SIZE) return;
    CHECK(policy_choose(&again, choice->canonical, &error));
    CHECK(strcmp(again.canonical, choice->canonical) == 0);
}

static void as_policy(const char *text) {
    PolicyChoice choice;
    Error error = {0};
    if (policy_choose(&choice, text, &error))
        check_canonical(&choice);
    else
        fuzz_check_refusal(&error);
}

typedef bool (*GridWord)(Grid *grid, const char *text, const char *where, Error *error);

static void as_words_of_a_sweep(const char *text) {
    static const GridWord words[] = {grid_policy, grid_set, grid_scale, grid_seeds};
    static Grid grid;
    for (size_t i = 0; i < ARRAY_LENGTH(words); i++) {
        Error error = {0};
        memset(&grid, 0, sizeof grid);
        if (!words[i](&grid, text, "", &error)) fuzz_check_refusal(&error);
        CHECK(grid.policies.count <= CELLS_MAX);
        if (grid.policies.count > 0) as_policy(grid.policies.texts[grid.policies.count - 1]);
        grid_free(&grid);
    }
}

static void as_tolerance(const char *text) {
    static Allowances allowances;
    Error error = {0};
    memset(&allowances, 0, sizeof allowances);
    if (!allowances_tolerate(&allowances, text, &error)) fuzz_check_refusal(&error);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    char *text = fuzz_text(data, size);
    as_policy(text);
    as_words_of_a_sweep(text);
    as_tolerance(text);
    free(text);
    return 0;
}
