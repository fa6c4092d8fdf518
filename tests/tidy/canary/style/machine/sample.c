// sample.c -- knows /home/of/somebody
