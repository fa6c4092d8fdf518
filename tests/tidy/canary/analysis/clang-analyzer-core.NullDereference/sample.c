// sample.c -- a way on which there is nothing behind the pointer
int sample(const int *number) {
    if (number == 0) return *number + 1;
    return *number;
}
