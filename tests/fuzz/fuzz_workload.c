// fuzz_workload.c -- any bytes as a workload, with any --set on top
//
// Lines `--set SECTION.KEY=VALUE` at the start of the input are the overrides; the rest is the
// file.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/options.h"
#include "fuzz.h"
#include "spec.h"
#include "trace_story.h"

enum { SETTINGS_MAX = 16 };

// What everything behind the reader takes for granted.
static void check_accepted(const Spec *spec) {
    CHECK(spec->phase_count > 0 && spec->phase_count <= PHASES_MAX);
    CHECK(spec->population_count > 0 && spec->population_count <= POPULATIONS_MAX);
    CHECK(spec->rounds > 0 && spec_allocations(spec) <= 1ull << 42);
    fuzz_check_plain(spec->name);
    fuzz_check_plain(spec->set);
    for (uint32_t i = 0; i < spec->population_count; i++) {
        const Population *p = &spec->populations[i];
        CHECK(p->phase < spec->phase_count && p->template.shape < SHAPE_COUNT);
        CHECK(p->objects.mean >= 1 && p->slots >= template_slots_needed(&p->template));
        CHECK(p->template.links <= LINKS_MAX && p->closed_ppm <= PPM && p->share_ppm <= PPM);
        for (uint32_t k = 0; k < p->template.links; k++)
            CHECK(p->links[k].population < spec->population_count && p->links[k].ppm <= PPM);
    }
}

// Files and texts in memory go through one reader: they must come out the same.
static void check_twin(const Spec *spec, const Error *error, const char *path, const char *text,
                       const char *const *settings, size_t count, bool good) {
    static Spec twin;
    Error why = {0};
    CHECK(spec_read_text(&twin, path, text, settings, count, &why) == good);
    CHECK(good ? twin.digest == spec->digest : strcmp(why.text, error->text) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static Spec spec;
    const char *settings[SETTINGS_MAX];
    size_t count = 0;
    char *whole = fuzz_text(data, size), *text = whole;
    while (count < SETTINGS_MAX && strncmp(text, "--set ", 6) == 0) {
        size_t length = strcspn(text, "\n");
        if (length >= OVERRIDE_SIZE || text[length] == '\0') break;
        text[length] = '\0';
        settings[count++] = text + 6;
        text += length + 1;
    }
    size_t length = size - (size_t)(text - whole);
    Error error = {0};
    const char *path = fuzz_file("w.ini", text, length);
    bool good = spec_read(&spec, path, settings, count, &error);
    if (good)
        check_accepted(&spec);
    else
        fuzz_check_refusal(&error);
    if (strlen(text) == length && !trace_is(path))  // that has a reader of its own: fuzz_trace
        check_twin(&spec, &error, path, text, settings, count, good);
    free(whole);
    return 0;
}
