// sample.c -- long long long long long long long long long long long long long long long long long long is long
