// text.h -- reading numbers, sizes, shares and names that people write
//
// Every function returns false and fills `error` with what was found and what is allowed; the
// caller says where (file, line, key) by prefixing.
#ifndef OURO_TEXT_H
#define OURO_TEXT_H

#include "base.h"

// A whole number with an optional suffix k, M or G (thousands) or Ki, Mi, Gi (1024), and an
// optional decimal fraction before it ("1.5M"). The result must lie in [low, high].
bool text_count(const char *text, uint64_t low, uint64_t high, uint64_t *value, Error *error);

// Bytes: the same, but k, M and G mean 1024, 1024^2 and 1024^3.
bool text_bytes(const char *text, uint64_t low, uint64_t high, uint64_t *value, Error *error);

// A share as parts per million: "30%", "0.5 %", "0.3" or "1"; 0 to 100 %.
bool text_share(const char *text, uint32_t *ppm, Error *error);

// A decimal number as an integer scaled by `scale` (a power of ten): "1.25" with 1000 is 1250.
bool text_decimal(const char *text, uint64_t scale, uint64_t low, uint64_t high, uint64_t *value,
                  Error *error);

// yes, no, on, off, true, false, 1, 0.
bool text_bool(const char *text, bool *value, Error *error);

// The entry of `names` nearest to `name` by edit distance, or NULL when none is near (more than a
// third of its letters differ, or all of them).
const char *text_nearest(const char *name, const char *const *names, size_t count);

// The next word of `*text` (blanks separate) into `word`; false at the end. Too long a word is cut
// and ends with "...", which no name and no number does; `size` is at least 4.
bool text_word(const char **text, char *word, size_t size);

// The length in bytes of the UTF-8 character at `text`, 1 to 4 (RFC 3629); 0 where there is none:
// at the end, and at a byte that is not the first one of a character.
size_t text_character(const char *text);

// Whether the character at `text` moves a terminal or ends a line: U+0000 to U+001F, U+007F to
// U+009F.
bool text_is_control(const char *text);

// Copies `text` as every file, page and terminal can hold it: control characters and what is no
// UTF-8 become '?'; cut to `size` between characters.
void text_plain(const char *text, char *result, size_t size);

// Copies `text` without blanks at its ends and with single blanks inside; cut to `size`.
void text_squeeze(const char *text, char *result, size_t size);

#endif
