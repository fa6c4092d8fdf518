// fit.c -- prices from measurements
//
// Gauss and Newton: around the present prices the logarithm of the prediction is a straight line in
// them, so ordinary least squares are solved again and again; each by coordinate descent on the
// normal equations, where a price that would fall below 0 stays there.
#include "fit.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { ROUNDS = 300, SWEEPS = 300 };

// The pull towards the starting prices, as a share of what the rows say: decides only where they
// say nothing.
static const double RIDGE = 1e-5;

typedef struct {
    size_t count;
    double gram[FIT_PRICES_MAX][FIT_PRICES_MAX];
    double right[FIT_PRICES_MAX];
} Normal;

double fit_predict(const FitRow *row, const double *prices, size_t price_count) {
    double ns = 0;
    for (size_t i = 0; i < price_count; i++) ns += row->counts[i] * prices[i];
    return ns;
}

static double log_factor(const FitRow *row, const double *prices, size_t price_count) {
    return log(fmax(fit_predict(row, prices, price_count), 1e-3) / row->ns);
}

static void normal_add(Normal *n, const FitRow *row, double target, double weight) {
    for (size_t i = 0; i < n->count; i++) {
        double scaled = weight * row->counts[i];
        if (scaled == 0) continue;
        for (size_t k = 0; k < n->count; k++) n->gram[i][k] += scaled * row->counts[k];
        n->right[i] += scaled * target;
    }
}

// Ridge on prices in units of themselves: cheap and dear ones are held alike.
static void normal_hold(Normal *n, const double *start, double weight) {
    for (size_t i = 0; i < n->count; i++) {
        double unit = fmax(start[i], 0.1), strength = RIDGE * weight / (unit * unit);
        n->gram[i][i] += strength;
        n->right[i] += strength * start[i];
    }
}

static void normal_solve(const Normal *n, const bool *is_free, double *prices) {
    for (int sweep = 0; sweep < SWEEPS; sweep++)
        for (size_t i = 0; i < n->count; i++) {
            if (!is_free[i] || n->gram[i][i] <= 0) continue;
            double rest = n->right[i];
            for (size_t k = 0; k < n->count; k++)
                if (k != i) rest -= n->gram[i][k] * prices[k];
            prices[i] = fmax(rest / n->gram[i][i], 0);
        }
}

void fit_prices(const FitRow *rows, size_t row_count, const bool *is_free, double *prices,
                size_t price_count) {
    double start[FIT_PRICES_MAX];
    CHECK(price_count <= FIT_PRICES_MAX);
    memcpy(start, prices, price_count * sizeof *prices);
    for (int round = 0; round < ROUNDS; round++) {
        Normal n = {.count = price_count};
        double weights = 0;
        for (size_t i = 0; i < row_count; i++) {
            double predicted = fmax(fit_predict(&rows[i], prices, price_count), rows[i].ns / 100);
            double step =
                fmin(fmax(log(rows[i].ns / predicted), -0.5), 0.5);  // not too far at once
            normal_add(&n, &rows[i], predicted * (1 + step),
                       rows[i].weight / (predicted * predicted));
            weights += rows[i].weight;
        }
        normal_hold(&n, start, weights);
        normal_solve(&n, is_free, prices);
    }
}

double fit_error(const FitRow *rows, size_t row_count, const double *prices, size_t price_count) {
    double sum = 0, weights = 0;
    for (size_t i = 0; i < row_count; i++) {
        sum += rows[i].weight * fabs(log_factor(&rows[i], prices, price_count));
        weights += rows[i].weight;
    }
    return weights > 0 ? exp(sum / weights) - 1 : 0;
}

double fit_error_left_out(const FitRow *rows, size_t row_count, const bool *is_free,
                          const double *prices, size_t price_count) {
    FitRow *others = memory_new(row_count + 1, sizeof *others);
    uint32_t sources = 0;
    double sum = 0, weights = 0;
    for (size_t i = 0; i < row_count; i++)
        if (rows[i].source >= sources) sources = rows[i].source + 1;
    for (uint32_t source = 0; source < sources; source++) {
        double without[FIT_PRICES_MAX];
        size_t count = 0;
        memcpy(without, prices, price_count * sizeof *prices);
        for (size_t i = 0; i < row_count; i++)
            if (rows[i].source != source) others[count++] = rows[i];
        fit_prices(others, count, is_free, without, price_count);
        for (size_t i = 0; i < row_count; i++) {
            if (rows[i].source != source) continue;
            sum += rows[i].weight * fabs(log_factor(&rows[i], without, price_count));
            weights += rows[i].weight;
        }
    }
    free(others);
    return weights > 0 ? exp(sum / weights) - 1 : 0;
}
