// sample.c -- remembers
int sample(void) {
    static int calls;
    return ++calls;
}
