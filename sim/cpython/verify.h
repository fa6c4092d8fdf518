// verify.h -- ouro verify inside one interpreter
#ifndef OURO_CPYTHON_VERIFY_H
#define OURO_CPYTHON_VERIFY_H

// argv[0] is the command's name. SIGINT must be blocked in all threads: it is waited for, and
// answered with what was done so far. Returns the exit code.
int verify_main(int argc, char **argv);

#endif
