// test_nowhere.c -- a suite that nobody runs
