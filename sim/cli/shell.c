// shell.c -- commands that can be pasted into a shell
#include "shell.h"

#include <string.h>

void shell_word_print(FILE *file, const char *word) {
    const char *plain = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-+=:,./%@";
    if (*word != '\0' && word[strspn(word, plain)] == '\0') {
        fputs(word, file);
        return;
    }
    fputc('\'', file);
    for (const char *p = word; *p != '\0'; p++) {
        if (*p == '\'')
            fputs("'\\''", file);
        else
            fputc(*p, file);
    }
    fputc('\'', file);
}
