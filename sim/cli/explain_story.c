// explain_story.c -- the verdict of `ouro explain`: what is there, why, and what would help
#include <stdlib.h>
#include <string.h>

#include "explain_print.h"
#include "format.h"
#include "gather.h"

// ---- figures and names ----

Figure figure_bytes(uint64_t bytes) {
    Figure figure = {0};
    format_metric(figure.text, UNIT_BYTES, bytes);
    return figure;
}

Figure figure_count(uint64_t count) {
    Figure figure = {0};
    format_metric(figure.text, UNIT_COUNT, count);
    return figure;
}

Figure figure_ns(uint64_t ns) {
    Figure figure = {0};
    format_metric(figure.text, UNIT_NS, ns);
    return figure;
}

Figure figure_share(uint64_t part, uint64_t whole) {
    Figure figure = {0};
    const unsigned long long share = whole == 0 ? 0 : mul_div_u64(part, 100, whole);
    snprintf(figure.text, sizeof figure.text, "%llu %%", share);
    return figure;
}

Figure figure_large(uint64_t count) {
    Figure figure = {0};
    if (count < 1000000000) return figure_count(count);
    unsigned power = 2;
    uint64_t scaled = count;
    for (; scaled >= 1000; power++) scaled /= 10;
    const bool carries = scaled >= 995;
    const unsigned digits = carries ? 10 : (unsigned)(scaled + 5) / 10;
    snprintf(figure.text, sizeof figure.text, "%u.%ue%u", digits / 10, digits % 10,
             power + carries);
    return figure;
}

const char *space_name(const Explanation *e, uint32_t space) {
    return space < e->spaces.space_count ? e->spaces.space_names[space] : "being built";
}

const char *population_name(const Explanation *e, uint32_t population) {
    return e->spec->populations[population].name;
}

const char *phase_name(const Explanation *e, uint32_t phase) {
    return phase < e->spec->phase_count ? e->spec->phases[phase].name : "between rounds";
}

const char *plan_text(PlanKind kind, uint32_t generation) {
    static const char *const generations[] = {"collections of generation 0",
                                              "collections of generation 1", "full collections"};
    if (kind == PLAN_RELEASE) return "releases of a region";
    if (kind == PLAN_COLLECT) return generations[generation < 2 ? generation : 2];
    return kind == PLAN_MOVE ? "moves" : "markings";
}

bool population_stays(const Explanation *e, uint32_t population) {
    const Population *p = &e->spec->populations[population];
    return p->lifetime.kind != LIVES_ALLOCATIONS && !p->external;
}

// ---- the moment ----

static const char *moment_text(const Explanation *e) {
    switch (e->found) {
        case MOMENT_OOM:
            return "runs out of memory";
        case MOMENT_PEAK:
            return "is at its peak of live bytes";
        case MOMENT_END:
            return "ends";
        default:
            return "is stopped";
    }
}

static void say_moment(FILE *file, const Explanation *e) {
    const Census *c = &e->census;
    const bool in_phase = c->phase < e->spec->phase_count;
    fprintf(file, "%s under %s %s at allocation %s", e->spec->name, e->policy->label,
            moment_text(e), figure_count(c->clock).text);
    fprintf(file, " (event %s, %s%s of round %u of %llu): %s are held", figure_count(c->event).text,
            in_phase ? "phase " : "the end", in_phase ? phase_name(e, c->phase) : "", c->round + 1,
            (unsigned long long)e->spec->rounds, figure_bytes(e->held_bytes).text);
    if (e->spec->memory_limit > 0)
        fprintf(file, ", the limit is %s", figure_bytes(e->spec->memory_limit).text);
    fputs(".\n", file);
}

static void say_sizes(FILE *file, const Explanation *e) {
    const Census *c = &e->census;
    const uint64_t live = c->reachable.bytes + c->garbage.bytes;
    fprintf(file, "Of %s in %s objects %s are reachable and %s (%s) garbage",
            figure_bytes(live).text, figure_count(c->reachable.objects + c->garbage.objects).text,
            figure_bytes(c->reachable.bytes).text, figure_bytes(c->garbage.bytes).text,
            figure_share(c->garbage.bytes, live).text);
}

// ---- why the garbage is there ----

static uint32_t space_most(const Explanation *e) {
    uint32_t most = 0;
    for (uint32_t i = 1; i < e->spaces.space_count; i++)
        if (e->census.spaces[i].garbage.bytes > e->census.spaces[most].garbage.bytes) most = i;
    return most;
}

// "records 12 MiB and sessions 3 MiB": those that made a tenth of it or more, the largest first.
static void name_makers(FILE *file, const Explanation *e, uint32_t space) {
    uint64_t below = UINT64_MAX;
    const uint64_t all = e->census.spaces[space].garbage.bytes;
    for (uint32_t named = 0; named < 3; named++) {
        uint32_t most = UINT32_MAX;
        uint64_t bytes = 0;
        for (uint32_t i = 0; i < e->spec->population_count; i++) {
            uint64_t mine = e->census.populations[i].waits[space].bytes;
            if (mine <= bytes || mine >= below) continue;
            most = i;
            bytes = mine;
        }
        if (most == UINT32_MAX || bytes < all / 10) return;
        fprintf(file, "%s%s %s", named > 0 ? ", " : "", population_name(e, most),
                figure_bytes(bytes).text);
        below = bytes;
    }
}

static void say_collections(FILE *file, const Explanation *e) {
    const uint64_t *ran = e->collections;
    if (ran[0] + ran[1] + ran[2] == 0) {
        fputs("No collection ran so far;", file);
        return;
    }
    if (ran[2] == 0)
        fputs("No full collection ran so far", file);
    else
        fprintf(file, "%s full collection%s ran so far", figure_count(ran[2]).text,
                ran[2] == 1 ? "" : "s");
    fprintf(file, " (%s of generation 0, %s of generation 1);", figure_count(ran[0]).text,
            figure_count(ran[1]).text);
}

static void say_wait(FILE *file, const Explanation *e, uint32_t space) {
    const Forecast *forecast = &e->forecasts[space];
    const char *name = space_name(e, space);
    if (e->spaces.is_region[space])
        fprintf(file, " %s is a region of memory, and goes as a whole when it is closed", name);
    else if (forecast->comes)
        fprintf(file, " the policy %s at %s after %s more net allocations",
                e->spaces.takes_parts ? "begins to look" : "looks", name,
                figure_large(forecast->allocations).text);
    else
        fprintf(file, " no number of allocations makes the policy look at %s", name);
}

static void say_fate(FILE *file, const Explanation *e, uint32_t space) {
    const SpaceFate fate = explanation_fate(e, space);
    if (!e->is_followed) {
        fputs(".\n", file);
        return;
    }
    fprintf(file, "; the program makes %s more%s",
            figure_count(e->stream_end - e->census.clock).text,
            e->found == MOMENT_OOM ? ", had it the memory" : "");
    if (fate.freed.bytes == 0)
        fputs(": nothing ever frees it.\n", file);
    else if (fate.never.bytes > 0)
        fprintf(file, ": %s of it are never freed.\n", figure_bytes(fate.never.bytes).text);
    else if (fate.latest == fate.soonest)
        fprintf(file, ": all of it is freed %s allocations from here.\n",
                figure_count(fate.latest).text);
    else
        fprintf(file, ": all of it is freed %s to %s allocations from here.\n",
                figure_count(fate.soonest).text, figure_count(fate.latest).text);
}

// What holds or keeps a tenth or more of it.
static void say_kept(FILE *file, const Explanation *e) {
    const uint64_t much = e->census.garbage.bytes / 10;
    const uint64_t held = e->census.reasons[GARBAGE_HELD].bytes;
    const uint64_t kept = e->census.reasons[GARBAGE_UNCOLLECTABLE].bytes;
    if (held > much)
        fprintf(file,
                "%s were seen by a collection, which kept them: older garbage refers to them.\n",
                figure_bytes(held).text);
    if (kept > much)
        fprintf(file, "%s will never go: a legacy finalizer keeps them in gc.garbage.\n",
                figure_bytes(kept).text);
}

static void say_garbage(FILE *file, const Explanation *e) {
    const uint32_t most = space_most(e);
    const uint64_t bytes = e->census.spaces[most].garbage.bytes;
    if (bytes == 0) {
        fputs(".\n", file);
        return;
    }
    fprintf(file, ", %s in %s: ",
            bytes == e->census.garbage.bytes ? "all of it" : figure_bytes(bytes).text,
            space_name(e, most));
    name_makers(file, e, most);
    fputs(".\n", file);
    say_collections(file, e);
    say_wait(file, e, most);
    say_fate(file, e, most);
    say_kept(file, e);
}

// ---- what would help: offloading ----

static uint64_t growth(const Explanation *e, uint32_t population) {
    uint64_t before = e->mark.reachable[population].bytes;
    uint64_t now = e->census.populations[population].reachable.bytes;
    return now - min_u64(now, before);
}

static const char *until_text(LifetimeKind kind) {
    return kind == LIVES_PHASE ? "until its phase ends"
                               : (kind == LIVES_ROUND ? "until the round ends" : "for ever");
}

// The population that has grown most since the phase began, and lives on.
static void say_growth(FILE *file, const Explanation *e) {
    uint32_t most = UINT32_MAX;
    for (uint32_t i = 0; i < e->spec->population_count; i++)
        if (population_stays(e, i) && growth(e, i) > 0 &&
            (most == UINT32_MAX || growth(e, i) > growth(e, most)))
            most = i;
    const uint64_t live = e->census.reachable.bytes + e->census.garbage.bytes;
    if (most == UINT32_MAX || growth(e, most) < live / 20) return;
    const char *name = population_name(e, most);
    const uint64_t bytes = e->census.populations[most].reachable.bytes;
    const bool all = growth(e, most) == bytes;
    fprintf(file,
            "* offloading: %s holds %s %s, %s%s made in this phase; it is not garbage, and no "
            "collector may free it, but it could be kept outside",
            name, figure_bytes(bytes).text, until_text(e->spec->populations[most].lifetime.kind),
            all ? "all of it" : figure_bytes(growth(e, most)).text, all ? "" : " of it");
    if (e->spec->trace[0] != '\0')
        fputs("\n", file);  // a recording is as it is
    else
        fprintf(file, " (--set %s.store=external)\n", name);
}

// ---- segregation ----

// What was there before the phase began, is all still there, and is examined by collections.
static bool is_static(const Explanation *e, uint32_t population) {
    const PopulationCensus *p = &e->census.populations[population];
    const Tally *before = &e->mark.reachable[population];
    uint64_t examined = 0;
    for (uint32_t i = 0; i < e->spaces.space_count; i++)
        if (e->forecasts[i].comes) examined += p->stays[i].objects;
    return population_stays(e, population) && before->objects == p->reachable.objects &&
           examined == p->reachable.objects;
}

// The largest of them, if it is a tenth of what is there.
static void say_static(FILE *file, const Explanation *e) {
    const Census *c = &e->census;
    const uint64_t live = c->reachable.objects + c->garbage.objects;
    uint32_t most = UINT32_MAX;
    uint64_t objects = live / 10;
    for (uint32_t i = 0; i < e->spec->population_count; i++)
        if (is_static(e, i) && c->populations[i].reachable.objects > objects) {
            most = i;
            objects = c->populations[i].reachable.objects;
        }
    if (most == UINT32_MAX) return;
    fprintf(file,
            "* segregation: the %s objects of %s were there before the phase began, and stay; "
            "without them (freeze, arena) a full collection here examines %s objects instead of "
            "%s\n",
            figure_count(objects).text, population_name(e, most), figure_count(live - objects).text,
            figure_count(live).text);
}

// ---- another policy ----

// Least garbage; among those that hardly differ in that, least time.
static bool is_better(const AgainstRow *row, const AgainstRow *best) {
    const uint64_t much = row->garbage_bytes / 20;
    if (row->garbage_bytes > best->garbage_bytes + much) return false;
    if (row->garbage_bytes + much < best->garbage_bytes) return true;
    return row->pause_ns < best->pause_ns;
}

static void say_against(FILE *file, const Explanation *e) {
    const AgainstRow *best = NULL;
    uint64_t pause_ns = e->pause_ns;
    for (size_t i = 0; i < e->against_count; i++) {
        const AgainstRow *row = &e->against[i];
        if (strcmp(row->policy->canonical, e->policy->canonical) == 0) pause_ns = row->pause_ns;
        if (!row->is_there || row->is_floor || row->garbage_bytes >= e->census.garbage.bytes)
            continue;
        if (best == NULL || is_better(row, best)) best = row;
    }
    if (e->against_count == 0 || e->census.garbage.bytes == 0) return;
    if (best == NULL) {
        fputs("* no other policy of those compared has less garbage at this moment\n", file);
        return;
    }
    fprintf(file,
            "* another policy: %s has %s of garbage at this moment (gc time so far: %s instead of "
            "%s)\n",
            best->policy->label, figure_bytes(best->garbage_bytes).text,
            figure_ns(best->pause_ns).text, figure_ns(pause_ns).text);
}

// ---- all of it ----

// A paragraph in lines of at most 100 columns, the second one and those behind it indented.
static void print_wrapped(FILE *file, const char *text, size_t length, size_t indent) {
    size_t column = 0, start = 0;
    for (const char *end = text + length; text < end;) {
        const size_t word = strcspn(text, " \n");
        if (column > start && column + 1 + word > 100) {
            fprintf(file, "\n%*s", (int)indent, "");
            column = start = indent;
        }
        const bool is_first = column == start;
        fprintf(file, "%s%.*s", is_first ? "" : " ", (int)word, text);
        column += word + !is_first;
        text += word + strspn(text + word, " \n");
    }
    fputc('\n', file);
}

static void print_advice(FILE *file, const char *text) {
    if (*text != '\0') fputs("\nWhat would help\n", file);
    while (*text != '\0') {
        const size_t length = strcspn(text, "\n") + 1;
        print_wrapped(file, text, length, 2);
        text += length;
    }
}

void explain_print_story(FILE *file, const Explanation *e) {
    Gather verdict, advice;
    FILE *story = gather_open(&verdict);
    say_moment(story, e);
    say_sizes(story, e);
    say_garbage(story, e);
    char *text = gather_close(&verdict);
    print_wrapped(file, text, strlen(text), 0);
    free(text);
    FILE *help = gather_open(&advice);
    say_against(help, e);
    say_static(help, e);
    say_growth(help, e);
    text = gather_close(&advice);
    print_advice(file, text);
    free(text);
}
