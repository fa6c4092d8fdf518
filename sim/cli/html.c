// html.c -- the small change of a page: escaped text and values for people
#include "html.h"

#include <inttypes.h>
#include <string.h>

#include "text.h"

// ---- text ----

static const char *character_entity(const char *text) {
    switch (*text) {
        case '&':
            return "&amp;";
        case '<':
            return "&lt;";
        case '>':
            return "&gt;";
        case '"':
            return "&quot;";
        case '\'':
            return "&#39;";
        case '\n':
            return "\n";
        default:
            return text_character(text) == 0 || text_is_control(text) ? "\xEF\xBF\xBD"  // U+FFFD
                                                                      : NULL;
    }
}

void html_text(FILE *page, const char *text) {
    while (*text != '\0') {
        const char *entity = character_entity(text);
        size_t length = max_u64(text_character(text), 1);
        if (entity != NULL)
            fputs(entity, page);
        else
            fwrite(text, 1, length, page);
        text += length;
    }
}

// ---- values ----

typedef struct {
    uint64_t size;
    const char *name;
} Step;

static const Step BYTE_STEPS[] = {
    {1ULL << 30, "GiB"}, {1 << 20, "MiB"}, {1 << 10, "KiB"}, {1, "B"}};
static const Step NS_STEPS[] = {{1000000000, "s"}, {1000000, "ms"}, {1000, "\xC2\xB5s"}, {1, "ns"}};

// Three digits and the largest step that leaves a whole number before the point.
static ValueText stepped(const Step steps[4], uint64_t value) {
    ValueText result;
    size_t i = 0;
    while (i < 3 && value < steps[i].size) i++;
    double scaled = (double)value / (double)steps[i].size;
    int digits = i == 3 || scaled >= 99.95 ? 0 : scaled >= 9.995 ? 1 : 2;
    snprintf(result.text, sizeof result.text, "%.*f\xC2\xA0%s", digits, scaled, steps[i].name);
    return result;
}

// 1234567 -> 1,234,567
static ValueText grouped(uint64_t value) {
    ValueText result;
    char digits[24];
    int length = snprintf(digits, sizeof digits, "%" PRIu64, value);
    char *out = result.text;
    for (int i = 0; i < length; i++) {
        if (i > 0 && (length - i) % 3 == 0) *out++ = ',';
        *out++ = digits[i];
    }
    *out = '\0';
    return result;
}

static ValueText factor(uint64_t permille) {
    ValueText result;
    snprintf(result.text, sizeof result.text, "%" PRIu64 ".%02" PRIu64 "\xC2\xA0\xC3\x97",
             permille / 1000, permille % 1000 / 10);
    return result;
}

static ValueText percent(uint64_t permille) {
    ValueText result = grouped(permille / 10);
    size_t length = strlen(result.text);
    snprintf(result.text + length, sizeof result.text - length, ".%" PRIu64 "\xC2\xA0%%",
             permille % 10);
    return result;
}

ValueText value_text(const char *unit, uint64_t value) {
    if (value == 0) return (ValueText){"0"};
    if (strcmp(unit, "bytes") == 0) return stepped(BYTE_STEPS, value);
    if (strcmp(unit, "ns") == 0) return stepped(NS_STEPS, value);
    if (strcmp(unit, "permille") == 0) return percent(value);
    if (strcmp(unit, "ratio") == 0) return factor(value);
    return grouped(value);
}
