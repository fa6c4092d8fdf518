// fuzz_cost.c -- any bytes as a table of prices, under each cost model
#include <stdio.h>

#include "cli/cost_file.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static const char *const models[] = {"cache", "counts"};
    const char *path = fuzz_file("prices.tsv", data, size);
    for (size_t i = 0; i < ARRAY_LENGTH(models); i++) {
        char text[300];
        CostTable table;
        Error error = {0};
        snprintf(text, sizeof text, "%s:%s", models[i], path);
        if (cost_choose(&table, text, &error))
            fuzz_check_plain(table.name);
        else
            fuzz_check_refusal(&error);
    }
    return 0;
}
