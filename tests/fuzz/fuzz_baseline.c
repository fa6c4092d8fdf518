// fuzz_baseline.c -- any bytes as the gate's baseline, and that compared with itself
//
// Input that begins with `+` is sealed here with the checksum it needs.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include "cli/baseline.h"
#include "cli/gate_compare.h"
#include "cli/gate_print.h"
#include "fuzz.h"

static char *sealed(const uint8_t *data, size_t size, size_t *length) {
    char *text = NULL;
    FILE *file = open_memstream(&text, length);
    CHECK(file != NULL);
    if (size > 0 && data[0] == '+') {
        data++, size--;
        fprintf(file, "workload\tpolicy\tmetric\tvalue\n*\t*\tchecksum\t%016llx\n",
                (unsigned long long)XXH3_64bits(data, size));
    }
    fwrite(data, 1, size, file);
    CHECK(fclose(file) == 0);
    return text;
}

// Nothing is worse than itself, and every format can hold every name.
static void compare_and_print(const GateFigures *figures) {
    static const char *const formats[] = {"text", "tsv", "json", "markdown", "junit", "github"};
    static Allowances allowances;
    Verdict verdict;
    Error error = {0};
    memset(&allowances, 0, sizeof allowances);
    if (!gate_compare(&verdict, figures, figures, &allowances, "2026-06-15", &error)) {
        fuzz_check_refusal(&error);
        return;
    }
    CHECK(verdict_code(&verdict) != 1);
    for (size_t i = 0; i < ARRAY_LENGTH(formats); i++) {
        char *text = NULL;
        size_t length = 0;
        FILE *file = open_memstream(&text, &length);
        GateWriter write = gate_writer(formats[i], &error);
        CHECK(file != NULL && write != NULL);
        write(file, &(GateReport){&verdict, figures, "baseline.tsv"});
        CHECK(fclose(file) == 0 && strlen(text) == length);
        free(text);
    }
    verdict_free(&verdict);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    size_t length = 0;
    char *text = sealed(data, size, &length);
    GateFigures figures;
    Error error = {0};
    if (baseline_read(&figures, fuzz_file("baseline.tsv", text, length), &error)) {
        compare_and_print(&figures);
        gate_figures_free(&figures);
    } else {
        CHECK(figures.count == 0);
        fuzz_check_refusal(&error);
    }
    free(text);
    return 0;
}
