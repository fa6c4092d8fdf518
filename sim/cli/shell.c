// shell.c -- commands that can be pasted into a shell
#include "shell.h"

#include <string.h>

#include "text.h"

bool shell_word_is_text(const char *word) {
    for (size_t length = 0; *word != '\0'; word += length) {
        length = text_character(word);
        if (length == 0 || text_is_control(word)) return false;
    }
    return true;
}

static void octal_print(FILE *file, const char *word) {
    fputs("$'", file);
    for (const unsigned char *p = (const unsigned char *)word; *p != '\0'; p++) {
        if (*p < ' ' || *p >= 0x7f)
            fprintf(file, "\\%03o", *p);
        else
            fprintf(file, *p == '\'' || *p == '\\' ? "\\%c" : "%c", *p);
    }
    fputc('\'', file);
}

void shell_word_print(FILE *file, const char *word) {
    const char *plain = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-+=:,./%@";
    if (*word != '\0' && word[strspn(word, plain)] == '\0') {
        fputs(word, file);
        return;
    }
    if (!shell_word_is_text(word)) {
        octal_print(file, word);
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
