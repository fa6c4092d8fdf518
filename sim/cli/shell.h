// shell.h -- commands that can be pasted into a shell
#ifndef OURO_SHELL_H
#define OURO_SHELL_H

#include <stdio.h>

// One word as a shell reads it: with anything but letters, digits and _-+=:,./%@ in quotes.
void shell_word_print(FILE *file, const char *word);

#endif
