// sample.c -- a layout of its own
int  sample( void ){return 0;}
