// shell.h -- commands that can be pasted into a shell
#ifndef OURO_SHELL_H
#define OURO_SHELL_H

#include <stdbool.h>
#include <stdio.h>

// One word as a shell reads it: with anything but letters, digits and _-+=:,./%@ in quotes. Control
// characters and what is no UTF-8 are written \ooo in bash's $'...': the command stays one line.
void shell_word_print(FILE *file, const char *word);

// Whether a word has neither control characters nor bytes that are no UTF-8.
bool shell_word_is_text(const char *word);

#endif
