// cost_file.h -- cost tables as files: what `ouro calibrate` writes and `--cost` reads
//
// Tab-separated: a comment line `# NAME` that says which machine, interpreter and day, further
// comments, a header, and a row per price of cost.def.
#ifndef OURO_CLI_COST_FILE_H
#define OURO_CLI_COST_FILE_H

#include <stdio.h>

#include "cost.h"

// One price under both models; what it is.
typedef struct {
    const char *counted, *what;
    bool is_pause;  // of a pause, else of the mutator
    double ns[COST_MODELS];
} CostPrice;

// The shipped prices, in the order of cost.def.
enum { COST_PRICES_MAX = 32 };
size_t cost_prices_shipped(CostPrice prices[COST_PRICES_MAX]);

// `name` becomes the first line, `notes` (lines that begin with "# ") follow it.
void cost_file_write(FILE *file, const char *name, const char *notes, const CostPrice *prices,
                     size_t count);

// `MODEL` or `MODEL:FILE`. Errors name file, line, price, what was found and what is allowed.
bool cost_choose(CostTable *table, const char *text, Error *error);

#endif
