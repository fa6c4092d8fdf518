// sample.c -- a tab
int sample(void) {
	return 0;
}
