// dist.c -- distributions of whole numbers, drawn with integers only
#include "dist.h"

#include <string.h>

#include "dist_tables.h"
#include "text.h"

#define ONE (1ull << 32)  // 32.32 fixed point

// Linear between the entries of a table over [0, 1] whose value at 1 is 1; x and result in 0.32.
// The difference of two entries comes out right where the higher one is 1, which is 0 there.
static inline uint64_t table_at(const uint32_t *table, uint32_t x) {
    uint32_t low = table[x >> 24], step = table[(x >> 24) + 1] - low;
    return low + ((uint64_t)step * (x & 0xffffff) >> 24);
}

// -log2(u) for u = bits / 2^32, in 32.32; bits = 0 counts as 1.
static inline uint64_t negative_log2(uint32_t bits) {
    if (bits == 0) bits = 1;
    uint32_t zeros = (uint32_t)__builtin_clz(bits);
    uint32_t fraction = (bits << zeros) << 1;  // below the leading one
    return (zeros + 1) * ONE - table_at(LOG2_TABLE, fraction);
}

static inline uint64_t draw_geometric(const Dist *dist, uint32_t bits) {
    uint64_t more = (uint64_t)((U128)negative_log2(bits) * dist->slope >> 64);
    return more > dist->high - dist->low ? dist->high : dist->low + more;
}

static inline uint64_t draw_power(const Dist *dist, uint32_t bits) {
    U128 octaves = (U128)negative_log2(bits) * dist->slope >> 32;
    if (octaves >> 32 >= 62) return dist->high;
    uint64_t factor = ONE + table_at(EXP2_TABLE, (uint32_t)octaves);
    uint64_t value = (uint64_t)((U128)dist->low * factor >> 32);
    uint32_t shift = (uint32_t)(octaves >> 32);
    return value > dist->high >> shift ? dist->high : value << shift;
}

static uint64_t draw_table(const Dist *dist, uint32_t ppm) {
    uint32_t i = 0;
    while (i + 1 < dist->entries && ppm >= dist->below[i]) i++;
    return dist->values[i];
}

uint64_t dist_table_at(const Dist *dist, uint32_t share) {
    return draw_table(dist, (uint32_t)((uint64_t)share * PPM >> 32));
}

uint64_t dist_draw(const Dist *dist, Rng *rng) {
    switch ((DistKind)dist->kind) {
        case DIST_UNIFORM:
            return dist->low + (uint64_t)((U128)(dist->high - dist->low + 1) * rng_next(rng) >> 32);
        case DIST_GEOMETRIC:
            return draw_geometric(dist, rng_next(rng));
        case DIST_POWER:
            return draw_power(dist, rng_next(rng));
        case DIST_TABLE:
            return draw_table(dist, rng_below(rng, PPM));
        default:
            return dist->low;
    }
}

// The mean of the two laws with tails, by quadrature: 64 points in each octave of u.
static uint64_t mean_by_octaves(const Dist *dist) {
    enum { POINTS = 64 };
    U128 sum = 0;  // scaled by 2^32 * POINTS
    for (uint32_t octave = 0; octave < 32; octave++)
        for (uint32_t i = 0; i < POINTS; i++) {
            uint32_t bits = (0x80000000u | i << 25 | 1u << 24) >> octave;
            uint64_t value =
                dist->kind == DIST_POWER ? draw_power(dist, bits) : draw_geometric(dist, bits);
            sum += (U128)value << (31 - octave);
        }
    return (uint64_t)(sum / POINTS >> 16);
}

static uint64_t mean_of_table(const Dist *dist) {
    U128 sum = 0;
    for (uint32_t i = 0; i < dist->entries; i++)
        sum += (U128)dist->values[i] * (dist->below[i] - (i > 0 ? dist->below[i - 1] : 0));
    return (uint64_t)(sum * DIST_MEAN_PARTS / PPM);
}

static uint64_t mean_parts(const Dist *dist) {
    switch ((DistKind)dist->kind) {
        case DIST_UNIFORM:
            return (dist->low + dist->high) * (DIST_MEAN_PARTS / 2);
        case DIST_TABLE:
            return mean_of_table(dist);
        case DIST_GEOMETRIC:
        case DIST_POWER:
            return mean_by_octaves(dist);
        default:
            return dist->low * DIST_MEAN_PARTS;
    }
}

static void set_mean(Dist *dist) {
    dist->mean_parts = max_u64(mean_parts(dist), 1);
    dist->mean = max_u64((dist->mean_parts + DIST_MEAN_PARTS / 2) / DIST_MEAN_PARTS, 1);
}

// log2(x) in 0.60 for x in [1, 2) given in 2.62, one bit per squaring.
static uint64_t log2_fixed(uint64_t x) {
    uint64_t result = 0;
    for (int bit = 59; bit >= 0; bit--) {
        U128 square = ((U128)x * x) >> 62;
        bool carry = square >> 63 != 0;
        result |= (uint64_t)carry << bit;
        x = (uint64_t)(carry ? square >> 1 : square);
    }
    return result;
}

// The slope of mean m is about m ln 2 trials per octave: above 2^32 / ln 2 it leaves 32.32.
#define GEOMETRIC_MEAN_MAX 4000000000u

// Trials until the first success have mean m when each fails with probability 1 - 1/m: their number
// is 1 + floor(-log2(u) / -log2(1 - 1/m)).
static uint64_t geometric_slope(uint64_t mean) {
    if (mean <= 1) return 0;
    if (mean == 2) return ONE;
    uint64_t ratio = (uint64_t)(((U128)mean << 62) / (mean - 1));
    return (uint64_t)(((U128)1 << 92) / log2_fixed(ratio));
}

static bool parse_table(Dist *dist, const char *text, uint64_t low, uint64_t high, Error *error) {
    char word[64];
    uint32_t sum = 0;
    dist->low = UINT64_MAX;
    while (text_word(&text, word, sizeof word)) {
        char *colon = strchr(word, ':');
        uint32_t share = 0;
        if (dist->entries == DIST_TABLE_MAX)
            return error_set(error, "a table has at most %d entries", DIST_TABLE_MAX);
        if (colon == NULL)
            return error_set(error, "'%s' is not VALUE:SHARE, such as 10:50%%", word);
        *colon = '\0';
        if (!text_count(word, low, high, &dist->values[dist->entries], error)) return false;
        if (!text_share(colon + 1, &share, error)) return false;
        dist->low = min_u64(dist->low, dist->values[dist->entries]);
        dist->high = max_u64(dist->high, dist->values[dist->entries]);
        sum += share;
        dist->below[dist->entries++] = sum;
    }
    if (sum != PPM) return error_set(error, "the shares of a table must sum to 100 %%");
    return true;
}

typedef struct {
    bool has_min, has_max, has_mean, has_exponent;
    uint64_t min, max, mean, exponent;  // exponent in thousandths
} Arguments;

static bool parse_argument(Arguments *a, char *word, uint64_t low, uint64_t high, Error *error) {
    char *value = strchr(word, '=');
    if (value == NULL) return error_set(error, "'%s' is not NAME=VALUE, such as mean=5k", word);
    *value++ = '\0';
    if (strcmp(word, "exponent") == 0) {
        a->has_exponent = true;
        return text_decimal(value, 1000, 200, 10000, &a->exponent, error);
    }
    bool is_min = strcmp(word, "min") == 0, is_max = strcmp(word, "max") == 0;
    if (!is_min && !is_max && strcmp(word, "mean") != 0)
        return error_set(error, "'%s' is none of min, max, mean and exponent", word);
    if (is_min) a->has_min = true;
    if (is_max) a->has_max = true;
    if (!is_min && !is_max) a->has_mean = true;
    return text_count(value, low, high, is_min ? &a->min : is_max ? &a->max : &a->mean, error);
}

// Which arguments a law takes: it must have the first set and may have the second.
static bool arguments_fit(DistKind kind, const Arguments *a, Error *error) {
    if (kind == DIST_UNIFORM && (!a->has_min || !a->has_max || a->has_mean || a->has_exponent))
        return error_set(error, "uniform takes min= and max=");
    if (kind == DIST_GEOMETRIC && (!a->has_mean || a->has_min || a->has_exponent))
        return error_set(error, "geometric takes mean= and, if wanted, max=");
    if (kind == DIST_POWER && (!a->has_min || !a->has_exponent || a->has_mean))
        return error_set(error, "power takes min=, exponent= and, if wanted, max=");
    if (a->has_min && a->has_max && a->min > a->max) return error_set(error, "min is above max");
    return true;
}

static bool parse_law(Dist *dist, const char *text, uint64_t low, uint64_t high, Error *error) {
    Arguments a = {.max = high};
    char word[64];
    while (text_word(&text, word, sizeof word))
        if (!parse_argument(&a, word, low, high, error)) return false;
    if (!arguments_fit((DistKind)dist->kind, &a, error)) return false;
    dist->low = a.has_min ? a.min : low;
    dist->high = a.max;
    if (dist->kind == DIST_GEOMETRIC) {
        if (a.mean > dist->high) return error_set(error, "mean is above max");
        if (a.mean > GEOMETRIC_MEAN_MAX)
            return error_set(error, "a geometric mean of more than 4G is not possible");
        dist->slope = geometric_slope(a.mean - low + 1);
    }
    if (dist->kind == DIST_POWER) {
        if (a.min == 0) return error_set(error, "power needs min of at least 1");
        dist->slope = ONE * 1000 / a.exponent;
    }
    return true;
}

bool dist_parse(Dist *dist, const char *text, uint64_t low, uint64_t high, Error *error) {
    static const char *const laws[] = {[DIST_FIXED] = "fixed",
                                       [DIST_UNIFORM] = "uniform",
                                       [DIST_GEOMETRIC] = "geometric",
                                       [DIST_POWER] = "power",
                                       [DIST_TABLE] = "table"};
    const char *rest = text;
    char word[64];
    memset(dist, 0, sizeof *dist);
    if (!text_word(&rest, word, sizeof word))
        return error_set(error, "no value; allowed: %s", DIST_SYNTAX);
    size_t law = 0;
    while (law < ARRAY_LENGTH(laws) && strcmp(word, laws[law]) != 0) law++;
    if (law == ARRAY_LENGTH(laws) && (word[0] < '0' || word[0] > '9'))
        return error_set(error, "'%s' is no distribution; allowed: %s", word, DIST_SYNTAX);
    bool plain = law == ARRAY_LENGTH(laws);
    dist->kind = plain ? DIST_FIXED : (uint8_t)law;
    bool good;
    if (dist->kind == DIST_FIXED) {
        rest += strspn(rest, " ");
        if (!plain && *rest == '\0') return error_set(error, "fixed takes a number");
        good = text_count(plain ? text : rest, low, high, &dist->low, error);
        dist->high = dist->low;
    } else if (dist->kind == DIST_TABLE) {
        good = parse_table(dist, rest, low, high, error);
    } else {
        good = parse_law(dist, rest, low, high, error);
    }
    if (good) set_mean(dist);
    return good;
}
