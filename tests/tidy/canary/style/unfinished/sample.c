// sample.c -- TODO
