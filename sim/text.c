// text.c -- reading numbers, sizes, shares and names that people write
#include "text.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

static U128 digit(char c) { return (unsigned char)(c - '0'); }

// Digits with an optional fraction, as an integer scaled by `scale`, 2^64 standing for all above
// it; `*end` is left behind the number. `*is_exact`: no decimal was too small for the scale.
static bool decimal_prefix(const char *text, uint64_t scale, U128 *value, bool *is_exact,
                           const char **end) {
    const U128 above = (U128)UINT64_MAX + 1;
    U128 whole = 0, fraction = 0, unit = scale;
    const char *p = text;
    *is_exact = true;
    if (!isdigit((unsigned char)*p)) return false;
    for (; isdigit((unsigned char)*p); p++) {
        whole = whole * 10 + digit(*p);
        if (whole > above) whole = above;
    }
    if (*p == '.') {
        if (!isdigit((unsigned char)p[1])) return false;
        for (p++; isdigit((unsigned char)*p); p++) {
            unit /= 10;
            *is_exact &= unit > 0 || *p == '0';
            fraction += digit(*p) * unit;
        }
    }
    *value = whole * scale + fraction;
    *end = p;
    return true;
}

static const char *skip_blanks(const char *p) {
    while (isspace((unsigned char)*p)) p++;
    return p;
}

// 1 without a suffix; 0 when the suffix is not known.
static uint64_t suffix_factor(const char *suffix, uint64_t kilo) {
    static const char letters[] = "kMG";
    if (*suffix == '\0') return 1;
    const char *letter = strchr(letters, *suffix == 'K' ? 'k' : *suffix);
    if (letter == NULL) return 0;
    if (suffix[1] == 'i') kilo = 1024;
    const char *rest = suffix + 1 + (suffix[1] == 'i');
    if (*rest == 'B') rest++;
    if (*skip_blanks(rest) != '\0') return 0;
    uint64_t factor = kilo;
    for (ptrdiff_t i = letter - letters; i > 0; i--) factor *= kilo;
    return factor;
}

static bool text_scaled(const char *text, uint64_t kilo, uint64_t low, uint64_t high,
                        uint64_t *value, Error *error) {
    const uint64_t nano = 1000000000;  // as many decimals as 1G has zeros
    U128 number = 0;
    const char *end = text;
    uint64_t factor = 0;
    bool is_exact = true;
    if (decimal_prefix(skip_blanks(text), nano, &number, &is_exact, &end))
        factor = suffix_factor(skip_blanks(end), kilo);
    if (factor == 0) return error_set(error, "'%s' is not a number such as 700, 30k or 1.5M", text);
    number *= factor;  // below 2^95 * 2^30
    if (!is_exact || number % nano != 0)
        return error_set(error, "'%s' is not a whole number", text);
    number /= nano;
    if (number < low || number > high)
        return error_set(error, "%s is out of range: %llu to %llu are allowed", text,
                         (unsigned long long)low, (unsigned long long)high);
    *value = (uint64_t)number;
    return true;
}

bool text_count(const char *text, uint64_t low, uint64_t high, uint64_t *value, Error *error) {
    return text_scaled(text, 1000, low, high, value, error);
}

bool text_bytes(const char *text, uint64_t low, uint64_t high, uint64_t *value, Error *error) {
    return text_scaled(text, 1024, low, high, value, error);
}

// value / scale as people write it: 0.000001, 16, 1.5.
static void decimal_text(char text[48], uint64_t value, uint64_t scale) {
    int used = snprintf(text, 48, "%llu", (unsigned long long)(value / scale));
    uint64_t rest = value % scale;
    if (rest > 0) text[used++] = '.';
    for (; rest > 0; rest = rest * 10 % scale)
        text[used++] = (char)('0' + (char)(rest * 10 / scale));
    text[used] = '\0';
}

bool text_decimal(const char *text, uint64_t scale, uint64_t low, uint64_t high, uint64_t *value,
                  Error *error) {
    U128 number = 0;
    const char *end = text;
    bool is_exact = true;
    if (!decimal_prefix(skip_blanks(text), scale, &number, &is_exact, &end) ||
        *skip_blanks(end) != '\0')
        return error_set(error, "'%s' is not a number such as 1.5", text);
    if (!is_exact) {
        char step[48];
        decimal_text(step, 1, scale);
        return error_set(error, "'%s' has more decimals than %s", text, step);
    }
    if (number < low || number > high) {
        char least[48], most[48];
        decimal_text(least, low, scale);
        decimal_text(most, high, scale);
        return error_set(error, "%s is out of range: %s to %s are allowed", text, least, most);
    }
    *value = (uint64_t)number;
    return true;
}

bool text_share(const char *text, uint32_t *ppm, Error *error) {
    U128 number = 0;
    const char *end = text;
    bool is_exact = true;
    bool good = decimal_prefix(skip_blanks(text), 1000000, &number, &is_exact, &end) && is_exact;
    end = skip_blanks(end);
    bool percent = good && *end == '%';
    if (percent) {
        number /= 100;
        end = skip_blanks(end + 1);
    }
    if (!good || *end != '\0' || number > 1000000)
        return error_set(error, "'%s' is not a share: 0 %% to 100 %%, or 0 to 1, are allowed",
                         text);
    *ppm = (uint32_t)number;
    return true;
}

bool text_bool(const char *text, bool *value, Error *error) {
    static const char *const words[] = {"no", "yes", "off", "on", "false", "true", "0", "1"};
    for (size_t i = 0; i < ARRAY_LENGTH(words); i++)
        if (strcasecmp(text, words[i]) == 0) {
            *value = i % 2 == 1;
            return true;
        }
    return error_set(error, "'%s' is neither yes nor no", text);
}

// Levenshtein's distance, one row at a time; names longer than a row are as far as they are long.
static size_t edit_distance(const char *a, const char *b) {
    enum { ROW = 64 };
    size_t row[ROW], length = strlen(b);
    if (length >= ROW) return length;
    for (size_t j = 0; j <= length; j++) row[j] = j;
    for (size_t i = 0; a[i] != '\0'; i++) {
        size_t diagonal = row[0];
        row[0] = i + 1;
        for (size_t j = 0; j < length; j++) {
            size_t replaced = diagonal + (a[i] != b[j]);
            diagonal = row[j + 1];
            size_t shorter = diagonal < row[j] ? diagonal : row[j];
            row[j + 1] = replaced < shorter + 1 ? replaced : shorter + 1;
        }
    }
    return row[length];
}

const char *text_nearest(const char *name, const char *const *names, size_t count) {
    const char *nearest = NULL;
    size_t best = strlen(name) / 3 + 2;
    for (size_t i = 0; i < count; i++) {
        size_t distance = edit_distance(name, names[i]);
        bool is_other = distance >= strlen(name) || distance >= strlen(names[i]);
        if (distance < best && !is_other) {
            best = distance;
            nearest = names[i];
        }
    }
    return nearest;
}

bool text_word(const char **text, char *word, size_t size) {
    const char *p = skip_blanks(*text);
    size_t length = 0;
    CHECK(size >= 4);
    if (*p == '\0') return false;
    for (; *p != '\0' && !isspace((unsigned char)*p); p++)
        if (length + 1 < size)
            word[length++] = *p;
        else
            memcpy(word + size - 4, "...", 3);
    word[length] = '\0';
    *text = p;
    return true;
}

size_t text_character(const char *text) {
    const unsigned char *p = (const unsigned char *)text;
    const unsigned char lead = p[0],
                        low = lead == 0xe0   ? 0xa0
                              : lead == 0xf0 ? 0x90
                                             : 0x80,
                        high = lead == 0xed   ? 0x9f
                               : lead == 0xf4 ? 0x8f
                                              : 0xbf;
    if (lead < 0x80) return lead != 0;
    if (lead < 0xc2 || lead > 0xf4 || p[1] < low || p[1] > high) return 0;
    size_t length = lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
    for (size_t i = 2; i < length; i++)
        if (p[i] < 0x80 || p[i] > 0xbf) return 0;
    return length;
}

bool text_is_control(const char *text) {
    const unsigned char *p = (const unsigned char *)text;
    return p[0] < ' ' || p[0] == 0x7f || (p[0] == 0xc2 && p[1] >= 0x80 && p[1] <= 0x9f);
}

void text_plain(const char *text, char *result, size_t size) {
    size_t used = 0;
    while (*text != '\0') {
        size_t length = text_character(text);
        bool is_held = length > 0 && !text_is_control(text);
        if (used + (is_held ? length : 1) >= size) break;
        if (is_held)
            memmove(result + used, text, length);  // they may be one
        else
            result[used] = '?';
        used += is_held ? length : 1;
        text += length > 0 ? length : 1;
    }
    result[used] = '\0';
}

void text_squeeze(const char *text, char *result, size_t size) {
    size_t length = 0;
    for (const char *p = skip_blanks(text); *p != '\0' && length + 1 < size; p++) {
        bool blank = isspace((unsigned char)*p) != 0;
        if (blank && *skip_blanks(p) == '\0') break;
        if (blank && isspace((unsigned char)p[1])) continue;
        result[length++] = (char)(blank ? ' ' : *p);
    }
    result[length] = '\0';
}
