// suites.h -- what tests/main.c runs: a function for each line of suites.def
#ifndef OURO_TESTS_SUITES_H
#define OURO_TESTS_SUITES_H

#include <check.h>

#define SUITE(name) Suite *name##_suite(void);
#include "suites.def"
#undef SUITE

#endif
