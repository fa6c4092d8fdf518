// trace_info.c -- ouro trace info: what a trace holds, in figures
#include "trace_info.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "format.h"
#include "rows.h"
#include "trace_change.h"

// A number of a place that is larger is not from a recorder.
enum { PLACES_MAX = 1 << 20 };

static void name_add(TraceNames *names, const char *name, uint64_t count) {
    if (names->count == names->capacity) {
        names->capacity = names->capacity * 2 + 16;
        names->items = memory_resize(names->items, names->capacity, sizeof *names->items);
    }
    names->items[names->count++] = (TraceName){memory_text(name, strlen(name)), count};
}

// Places are numbered from 0 on, as they come.
static bool place_add(TraceInfo *info, const TraceEvent *event, Error *error) {
    if (event->numbers[0] != info->places.count || info->places.count == PLACES_MAX)
        return error_set(error, "event %llu: place %llu where %zu is next",
                         (unsigned long long)info->events, (unsigned long long)event->numbers[0],
                         info->places.count);
    name_add(&info->places, event->text, 0);
    return true;
}

static bool site_count(TraceInfo *info, const TraceEvent *event, Error *error) {
    if (event->numbers[0] >= info->places.count)
        return error_set(error, "event %llu: place %llu has no name",
                         (unsigned long long)info->events, (unsigned long long)event->numbers[0]);
    info->places.items[event->numbers[0]].count++;
    info->sampled++;
    return true;
}

static bool collection_count(TraceInfo *info, const TraceEvent *event, Error *error) {
    uint64_t *const collections[] = {&info->collections0, &info->collections1, &info->collections2};
    uint64_t *const collected[] = {&info->collected0, &info->collected1, &info->collected2};
    uint64_t generation = event->numbers[0];
    if (generation > 2)
        return error_set(error, "event %llu: generation %llu", (unsigned long long)info->events,
                         (unsigned long long)generation);
    ++*collections[generation];
    *collected[generation] += event->numbers[1];
    return true;
}

static bool event_count(TraceInfo *info, const TraceEvent *event, Error *error) {
    const uint64_t *numbers = event->numbers;
    switch (event->kind) {
        case TRACE_BIRTH:
            info->born_bytes += numbers[0];
            break;
        case TRACE_DEATH:
            info->deaths++;
            break;
        case TRACE_THRESHOLDS:
            memcpy(info->thresholds, numbers, sizeof info->thresholds);
            break;
        case TRACE_PASS:
            info->passes++;
            info->candidates += numbers[2];
            break;
        case TRACE_UNREACHABLE:
            info->unreachable++;
            break;
        case TRACE_FREE_LIST:
            info->free_list_changes++;
            break;
        case TRACE_COLLECT:
            info->called += numbers[0] == TRACE_CALL;
            break;
        case TRACE_COLLECTED:
            return collection_count(info, event, error);
        case TRACE_PLACE:
            return place_add(info, event, error);
        case TRACE_SITE:
            return site_count(info, event, error);
        case TRACE_PHASE:
            name_add(&info->phases, event->text, info->births);
            break;
        case TRACE_FAILED:
            info->failed++;
            break;
        default:
            break;
    }
    return true;
}

bool trace_info_read(TraceInfo *info, TraceReader *reader, Error *error) {
    const TraceSlots *slots = trace_reader_slots(reader);
    TraceEvent event = {.kind = TRACE_BIRTH};
    *info = (TraceInfo){.head = *trace_reader_head(reader)};
    for (size_t i = 0; i < 3; i++) info->thresholds[i] = info->head.thresholds[i];
    ChangeFinder finder = {0};
    bool good = true;
    while (good && trace_read(reader, &event, error)) {
        info->events = slots->events;
        info->births = slots->births;
        info->live_max = max_u64(info->live_max, slots->live);
        if (event.kind == TRACE_BIRTH) change_note(&finder, slots->births, slots->live);
        good = event_count(info, &event, error);
    }
    info->change = change_find(&finder);
    TraceSizes sizes = trace_reader_sizes(reader);
    info->live = slots->live;
    info->truncated = trace_is_truncated(reader);
    info->file_bytes = sizes.file_bytes;
    info->event_bytes = sizes.event_bytes;
    info->bytes_per_1000 =
        mul_div_u64(sizes.event_bytes, 1000, max_u64(info->births + info->deaths, 1));
    return error->text[0] == '\0';
}

static void names_free(TraceNames *names) {
    for (size_t i = 0; i < names->count; i++) free(names->items[i].name);
    free(names->items);
}

void trace_info_free(TraceInfo *info) {
    names_free(&info->places);
    names_free(&info->phases);
}

// ---- printing ----

static int compare_places(const void *a, const void *b) {
    const TraceName *one = a, *other = b;
    if (one->count != other->count) return one->count < other->count ? 1 : -1;
    return strcmp(one->name, other->name);
}

static void count_text(char text[FIGURE_SIZE], uint64_t value) {
    format_metric(text, UNIT_COUNT, value);
}

static void line_print(const char *name, uint64_t value, const char *what) {
    char text[FIGURE_SIZE];
    count_text(text, value);
    printf("  %-18s %16s  %s\n", name, text, what);
}

static void table_print(const TraceInfo *info, size_t top) {
    const TraceHead *head = &info->head;
    char text[FIGURE_SIZE];
    printf("%s\n\n  CPython %s, %s recording, thresholds %llu,%llu,%llu%s\n\n", head->program,
           head->interpreter, head->mode, (unsigned long long)info->thresholds[0],
           (unsigned long long)info->thresholds[1], (unsigned long long)info->thresholds[2],
           info->truncated ? "; truncated: the program did not come to its end" : "");
#define X(name, what) line_print(#name, info->name, what);
    TRACE_FIGURES(X)
#undef X
    if (info->phases.count > 0) puts("\n  phases, and births before them");
    for (size_t i = 0; i < info->phases.count; i++) {
        count_text(text, info->phases.items[i].count);
        printf("  %16s  %s\n", text, info->phases.items[i].name);
    }
    if (info->sampled > 0) puts("\n  where births are asked for: share of those sampled, place");
    for (size_t i = 0; i < info->places.count && i < top; i++) {
        format_metric(text, UNIT_PERMILLE,
                      mul_div_u64(info->places.items[i].count, 1000, info->sampled));
        printf("  %8s  %s\n", text, info->places.items[i].name);
    }
}

static void tsv_print(const TraceInfo *info, size_t top) {
    printf("name\tvalue\tabout\n");
    printf("program\t%s\t\ninterpreter\t%s\t\nmode\t%s\t\n", info->head.program,
           info->head.interpreter, info->head.mode);
#define X(name, what) printf(#name "\t%llu\t%s\n", (unsigned long long)info->name, what);
    TRACE_FIGURES(X)
#undef X
    for (size_t i = 0; i < info->phases.count; i++)
        printf("phase\t%llu\t%s\n", (unsigned long long)info->phases.items[i].count,
               info->phases.items[i].name);
    for (size_t i = 0; i < info->places.count && i < top; i++)
        printf("site\t%llu\t%s\n", (unsigned long long)info->places.items[i].count,
               info->places.items[i].name);
}

static void json_names(const char *key, const TraceNames *names, size_t top) {
    printf(",\"%s\":[", key);
    for (size_t i = 0; i < names->count && i < top; i++) {
        printf("%s{\"name\":", i > 0 ? "," : "");
        json_string(stdout, names->items[i].name);
        printf(",\"births\":%llu}", (unsigned long long)names->items[i].count);
    }
    putchar(']');
}

static void json_print(const TraceInfo *info, size_t top) {
    printf("{\"program\":");
    json_string(stdout, info->head.program);
    printf(",\"interpreter\":");
    json_string(stdout, info->head.interpreter);
    printf(",\"mode\":");
    json_string(stdout, info->head.mode);
    for (int i = 0; i < 3; i++)
        printf(",\"threshold%d\":%llu", i, (unsigned long long)info->thresholds[i]);
#define X(name, what) printf(",\"" #name "\":%llu", (unsigned long long)info->name);
    TRACE_FIGURES(X)
#undef X
    json_names("phases", &info->phases, info->phases.count);
    json_names("sites", &info->places, top);
    puts("}");
}

static int compare_names(const void *a, const void *b) {
    const TraceName *one = a, *other = b;
    return strcmp(one->name, other->name);
}

// A line of the program may be several places: one for each instruction that allocates.
static void places_merge(TraceNames *places) {
    size_t kept = 0;
    if (places->count == 0) return;
    qsort(places->items, places->count, sizeof *places->items, compare_names);
    for (size_t i = 1; i < places->count; i++) {
        TraceName *last = &places->items[kept], *next = &places->items[i];
        if (strcmp(last->name, next->name) == 0) {
            last->count += next->count;
            free(next->name);
        } else {
            places->items[++kept] = *next;
        }
    }
    places->count = kept + 1;
    qsort(places->items, places->count, sizeof *places->items, compare_places);
}

void trace_info_print(TraceInfo *info, Format format, size_t top) {
    places_merge(&info->places);
    if (format == FORMAT_JSON)
        json_print(info, top);
    else if (format == FORMAT_TSV)
        tsv_print(info, top);
    else
        table_print(info, top);
}
