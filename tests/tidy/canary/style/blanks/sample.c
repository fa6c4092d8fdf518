// sample.c -- blanks at the end of a line
int sample;  
