// fuzz.h -- what the fuzz targets share
//
// A target is one file with libFuzzer's entry point. It hands its input to the reader that the
// product uses, in the form in which the product gets it (most read files), and then checks what
// must hold of anything that was accepted, and of every refusal. CHECK ends it, as a sanitizer
// does.
#ifndef OURO_FUZZ_H
#define OURO_FUZZ_H

#include "base.h"

// The entry point; every target defines it. Returns 0.
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

// A copy with a NUL behind it; whoever calls it frees it.
char *fuzz_text(const uint8_t *data, size_t size);

// Cuts `text` at the first line that is `%%`: what follows it, or "" when there is none.
char *fuzz_second_part(char *text);

// The folder of this process for files, made when first asked for and removed at its end.
const char *fuzz_folder(void);

// Writes FOLDER/NAME, and returns its path: in static memory, one for each name.
const char *fuzz_file(const char *name, const void *bytes, size_t length);

// A refusal says why, in one line that fits.
void fuzz_check_refusal(const Error *error);

// Text that is printed, put into tables and compared later: UTF-8 without control characters.
void fuzz_check_plain(const char *text);

#endif
