// fit.h -- prices from measurements: non-negative least squares on the logarithm of the error
//
// A row says what was counted and how long it took. The prices are those (none below 0) for which
// predicted and measured time differ least as a factor: a pause of a microsecond weighs as much as
// one of a second.
#ifndef OURO_CLI_FIT_H
#define OURO_CLI_FIT_H

#include "base.h"

enum { FIT_PRICES_MAX = 32 };

typedef struct {
    double counts[FIT_PRICES_MAX];
    double ns;        // above 0
    double weight;    // above 0
    uint32_t source;  // which run it is from: left out together
} FitRow;

// Improves `prices` (in ns; where to start, and what they stay near where the rows say nothing).
// Those whose `is_free` is false stay as they are.
void fit_prices(const FitRow *rows, size_t row_count, const bool *is_free, double *prices,
                size_t price_count);

double fit_predict(const FitRow *row, const double *prices, size_t price_count);

// The typical factor between predicted and measured, minus 1: exp(mean |log|) - 1, weighted.
double fit_error(const FitRow *rows, size_t row_count, const double *prices, size_t price_count);

// The same where each row is predicted by prices that were fitted without the rows of its source.
double fit_error_left_out(const FitRow *rows, size_t row_count, const bool *is_free,
                          const double *prices, size_t price_count);

#endif
