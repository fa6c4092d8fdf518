// novelty.c -- a file that belongs nowhere
