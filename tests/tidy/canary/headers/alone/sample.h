// sample.h -- needs stdint.h and does not say so
uint32_t sample(void);
