// fuzz_allowances.c -- any bytes as tolerances.tsv and, after a line `%%`, as waivers.tsv
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/allowances.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static Allowances allowances;
    char *text = fuzz_text(data, size), *waivers = fuzz_second_part(text);
    Error error = {0};
    char baseline[300];
    snprintf(baseline, sizeof baseline, "%s/baseline.tsv", fuzz_folder());
    fuzz_file("tolerances.tsv", text, strlen(text));
    fuzz_file("waivers.tsv", waivers, size - (size_t)(waivers - text));
    if (!allowances_read(&allowances, baseline, &error)) {
        fuzz_check_refusal(&error);
    } else {
        for (size_t i = 0; i < allowances.waiver_count; i++)
            CHECK(date_valid(allowances.waivers[i].expires));
        for (size_t i = 0; i < allowances.tolerance_count; i++)
            CHECK(allowances.tolerances[i].share_ppm <= 1000000);
    }
    allowances_free(&allowances);
    free(text);
    return 0;
}
