// shrink.c -- the smallest part of a random program that still fails
//
// Delta debugging: whole sections first, then ever shorter runs of lines, until nothing more can
// go. What is needed by name (a population that another one links to) goes once the line that names
// it is gone: so it is tried from the start again after every success.
#include "shrink.h"

#include <stdio.h>
#include <string.h>

enum { LINES_MAX = 512 };

typedef struct {
    ShrinkFails fails;
    void *context;
    Shrunk best;
    const char *lines[LINES_MAX];  // of best's workload, each up to its '\n'
    size_t line_count;
} Shrinker;

static bool shrinker_try(Shrinker *s, Shrunk *candidate) {
    if (s->best.tries == SHRINK_TRIES_MAX) return false;
    s->best.tries++;
    candidate->tries = s->best.tries;
    if (!s->fails(s->context, candidate)) return false;
    s->best = *candidate;
    return true;
}

// ---- the workload ----

static void lines_cut(Shrinker *s) {
    s->line_count = 0;
    for (const char *p = s->best.program.workload; *p != '\0' && s->line_count < LINES_MAX;) {
        s->lines[s->line_count++] = p;
        p += strcspn(p, "\n");
        p += *p == '\n';
    }
}

// Without `count` lines from `first` on.
static bool drop_lines(Shrinker *s, size_t first, size_t count) {
    Shrunk candidate = s->best;
    char *text = candidate.program.workload;
    const char *start = s->best.program.workload, *from = s->lines[first];
    const char *to = first + count < s->line_count ? s->lines[first + count] : from + strlen(from);
    size_t head = (size_t)(from - start);
    snprintf(text + head, sizeof candidate.program.workload - head, "%s", to);
    if (!shrinker_try(s, &candidate)) return false;
    lines_cut(s);
    return true;
}

static size_t section_length(const Shrinker *s, size_t first) {
    size_t end = first + 1;
    while (end < s->line_count && s->lines[end][0] != '[') end++;
    return end - first;
}

static bool drop_sections(Shrinker *s) {
    bool any = false;
    for (size_t i = s->line_count; i-- > 0;)  // from the end: what is named stands before
        if (s->lines[i][0] == '[') any |= drop_lines(s, i, section_length(s, i));
    return any;
}

static bool drop_runs(Shrinker *s, size_t length) {
    bool any = false;
    for (size_t i = 0; i + length <= s->line_count;)
        if (drop_lines(s, i, length)) {
            any = true;
        } else {
            i += length;
        }
    return any;
}

static void shrink_workload(Shrinker *s) {
    bool any = true;
    while (any) {
        any = drop_sections(s);
        for (size_t length = s->line_count / 2; length > 0; length /= 2)
            any |= drop_runs(s, length);
    }
}

// ---- the rest ----

// Without its knob number `index`; false when it has no such knob.
static bool knob_drop(char *policy, size_t index) {
    char *knob = strchr(policy, ':');
    for (size_t i = 0; knob != NULL && i < index; i++) knob = strchr(knob + 1, ',');
    if (knob == NULL) return false;
    size_t length = strcspn(knob + 1, ",") + 1;
    if (knob[0] == ':' && knob[length] == ',') knob++;  // the colon stays, its comma goes
    memmove(knob, knob + length, strlen(knob + length) + 1);
    return true;
}

static void shrink_policy(Shrinker *s) {
    for (size_t index = 0;;) {
        Shrunk candidate = s->best;
        if (!knob_drop(candidate.program.policy, index)) return;
        if (!shrinker_try(s, &candidate)) index++;
    }
}

static void shrink_scale(Shrinker *s) {
    for (uint32_t millionths = 500000; millionths > 1000; millionths /= 2) {
        Shrunk candidate = s->best;
        snprintf(candidate.scale, sizeof candidate.scale, "0.%06u", millionths);
        if (!shrinker_try(s, &candidate)) return;
    }
}

Shrunk shrink_program(const Program *program, ShrinkFails fails, void *context) {
    Shrinker s = {.fails = fails, .context = context, .best = {.program = *program, .scale = "1"}};
    lines_cut(&s);
    shrink_workload(&s);
    shrink_policy(&s);
    shrink_scale(&s);
    return s.best;
}
