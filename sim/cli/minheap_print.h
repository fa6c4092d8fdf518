// minheap_print.h -- what `ouro minheap` found of one workload, for people and programs
#ifndef OURO_CLI_MINHEAP_PRINT_H
#define OURO_CLI_MINHEAP_PRINT_H

#include <stdio.h>

#include "minheap.h"

typedef struct {
    const PolicyChoice *policy;
    MinheapFound found;
} MinheapRow;

// The oracle, which frees garbage the moment it dies, is always there, apart from the policies.
typedef struct {
    const Spec *spec;
    const MemoryLayout *allocator;
    MinheapFloor floor;
    MinheapRow oracle;
    MinheapRow *rows;
    size_t count;
} MinheapTable;

// By limit, the least first; equal ones as they were; at the end who finishes under none.
void minheap_sort(MinheapTable *table);

// A limit over the floor, or over the oracle's limit, in permille; 0: not defined.
uint64_t minheap_to_floor(const MinheapTable *table, const MinheapRow *row);
uint64_t minheap_to_oracle(const MinheapTable *table, const MinheapRow *row);

void minheap_print_table(const MinheapTable *table);

// The head names the columns once; then come the rows of each table.
void minheap_print_tsv_head(FILE *file);
void minheap_print_tsv(FILE *file, const MinheapTable *table);

// Objects with the same names; `first`: none stands before them in their array.
void minheap_print_json(FILE *file, const MinheapTable *table, bool first);

#endif
