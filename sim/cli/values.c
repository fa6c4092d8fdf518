// values.c -- lists and ranges
#include "values.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "text.h"

enum { MICRO = 1000000, VALUE_TEXT_SIZE = 512 };

// An end of a range, in millionths.
typedef struct {
    U128 micro;
    bool is_percent;
} End;

void values_add(Values *values, const char *text) {
    if (values->count == values->capacity) {
        values->capacity = values->capacity > 0 ? 2 * values->capacity : 16;
        values->texts = memory_resize(values->texts, values->capacity, sizeof *values->texts);
    }
    values->texts[values->count++] = memory_text(text, strlen(text));
}

void values_free(Values *values) {
    for (size_t i = 0; i < values->count; i++) free(values->texts[i]);
    free(values->texts);
    *values = (Values){0};
}

// The factor of a suffix of counts or bytes; 0: it is none.
static uint64_t suffix_factor(const char *suffix, ValuesKind kind) {
    static const char letters[] = "kMG";
    if (*suffix == '\0') return 1;
    const char *letter = strchr(letters, *suffix == 'K' ? 'k' : *suffix);
    bool binary = suffix[1] == 'i' || kind == VALUES_BYTES;
    if (letter == NULL || kind == VALUES_DECIMAL || suffix[suffix[1] == 'i' ? 2 : 1] != '\0')
        return 0;
    uint64_t factor = 1;
    for (const char *l = letters; l <= letter; l++) factor *= binary ? 1024 : 1000;
    return factor;
}

static bool end_parse(const char *text, ValuesKind kind, End *end) {
    char word[VALUE_TEXT_SIZE], number[VALUE_TEXT_SIZE];
    text_squeeze(text, word, sizeof word);
    size_t length = strspn(word, "0123456789.");
    const char *suffix = word + length + strspn(word + length, " ");
    uint64_t micro = 0;
    Error ignored = {0};
    snprintf(number, sizeof number, "%.*s", (int)length, word);
    *end = (End){.is_percent = kind == VALUES_DECIMAL && strcmp(suffix, "%") == 0};
    uint64_t factor = end->is_percent ? 1 : suffix_factor(suffix, kind);
    if (length == 0 || factor == 0 || !text_decimal(number, MICRO, 0, UINT64_MAX, &micro, &ignored))
        return false;
    end->micro = (U128)micro * factor;
    return end->micro / MICRO <= UINT64_MAX;
}

// Without trailing zeros.
static void micro_text(char *text, size_t size, U128 micro, bool is_percent) {
    uint64_t whole = (uint64_t)(micro / MICRO), part = (uint64_t)(micro % MICRO);
    int length =
        snprintf(text, size, "%llu.%06llu", (unsigned long long)whole, (unsigned long long)part);
    while (text[length - 1] == '0') length--;
    if (text[length - 1] == '.') length--;
    snprintf(text + length, size - (size_t)length, "%s", is_percent ? "%" : "");
}

static void range_add(Values *values, End low, End high, uint64_t steps, bool integers) {
    bool is_percent = low.is_percent || high.is_percent;
    const char *last = "";
    for (uint64_t i = 0; i < steps; i++) {
        char text[VALUE_TEXT_SIZE];
        U128 parts = steps - 1;
        U128 micro = low.micro + ((high.micro - low.micro) * i + parts / 2) / parts;
        if (integers) micro = (micro + MICRO / 2) / MICRO * MICRO;
        micro_text(text, sizeof text, micro, is_percent);
        if (strcmp(text, last) == 0) continue;
        values_add(values, text);
        last = values->texts[values->count - 1];
    }
}

static bool range_expand(Values *values, char *text, ValuesKind kind, Error *error) {
    char found[64];
    snprintf(found, sizeof found, "%.60s", text);
    char *high_text = strstr(text, ".."), *steps_text = strrchr(text, '/');
    End low, high;
    uint64_t steps = 0;
    Error ignored = {0};
    if (steps_text == NULL || steps_text < high_text)
        return error_set(error, "'%s': a range is low..high/steps", found);
    *high_text = *steps_text++ = '\0';
    high_text += 2;
    if (!end_parse(text, kind, &low) || !end_parse(high_text, kind, &high))
        return error_set(error, "'%s': the ends of a range are numbers%s", found,
                         kind == VALUES_DECIMAL
                             ? ", both with % or none"
                             : " of at most 13 digits, with k, M, G, Ki, Mi or Gi");
    if (!text_count(steps_text, 2, VALUES_MAX, &steps, &ignored))
        return error_set(error, "'%s': a range has 2 to %d steps", found, VALUES_MAX);
    if (low.is_percent != high.is_percent && low.micro != 0 && high.micro != 0)
        return error_set(error, "'%s': both ends of a range need the same unit", found);
    if (low.micro > high.micro)
        return error_set(error, "'%s': the low end of a range comes first", found);
    bool integers = kind != VALUES_DECIMAL && low.micro % MICRO == 0 && high.micro % MICRO == 0;
    range_add(values, low, high, steps, integers);
    return true;
}

static bool entry_expand(Values *values, char *entry, ValuesKind kind, Error *error) {
    if (*entry == '\0') return error_set(error, "an entry of the list is empty");
    if (strstr(entry, "..") != NULL) return range_expand(values, entry, kind, error);
    values_add(values, entry);
    return true;
}

bool values_expand(Values *values, const char *text, ValuesKind kind, Error *error) {
    char entry[VALUE_TEXT_SIZE];
    if (kind == VALUES_WHOLE && strlen(text) >= VALUE_TEXT_SIZE)
        return error_set(error, "'%.40s...' is longer than %d characters", text,
                         VALUE_TEXT_SIZE - 1);
    if (kind == VALUES_WHOLE) {
        values_add(values, text);
        return true;
    }
    for (;;) {
        size_t length = strcspn(text, ",");
        if (length >= sizeof entry) return error_set(error, "'%.40s...' is too long", text);
        snprintf(entry, sizeof entry, "%.*s", (int)length, text);
        text_squeeze(entry, entry, sizeof entry);
        if (!entry_expand(values, entry, kind, error)) return false;
        if (values->count > VALUES_MAX)
            return error_set(error, "stands for more than %d values", VALUES_MAX);
        if (text[length] == '\0') return true;
        text += length + 1;
    }
}
