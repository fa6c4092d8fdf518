// sweep_file.c -- a sweep as a text: one section, with the words of the command line
//
//   [sweep]
//   workloads = warsaw-2006 llm-serving
//   policies  = freeze gen3:t0=100..5000/20,t1=5
//   set       = churn.cycle_density=0..0.5/6
//   seeds     = 3
//   scale     = 0.1
//
// Words of workloads and policies are separated by blanks. `set` may be given once per key; any
// key may be continued on lines that begin with a blank.
#include <ctype.h>
#include <errno.h>
#include <ini.h>
#include <string.h>

#include "sweep_options.h"
#include "text.h"

enum { LINE_MAX_LENGTH = 198 };

typedef struct {
    SweepOptions *options;
    const char *path;
    FILE *file;
    int line;
    bool too_long;
    Error *error;
} Reader;

// inih goes on behind a line that is none; what follows it is then in no section.
static char *check_brackets(Reader *reader, char *line) {
    if (*line != '[' || strchr(line, ']') != NULL) return line;
    error_set(reader->error, "%s:%d: neither [sweep] nor key = value", reader->path, reader->line);
    return NULL;
}

static char *reader_line(char *line, int size, void *context) {
    Reader *reader = context;
    if (reader->too_long || fgets(line, size, reader->file) == NULL) return NULL;
    reader->line++;
    size_t length = strlen(line);
    bool is_whole = (length > 0 && line[length - 1] == '\n') || feof(reader->file);
    reader->too_long = length + 1 == (size_t)size && !is_whole;
    if (reader->too_long || is_whole) return check_brackets(reader, line);
    error_set(reader->error, "%s:%d: this line has a NUL character", reader->path, reader->line);
    return NULL;
}

// Keys that hold several words, and what each word is.
static const struct {
    const char *key, *setting;
    bool is_list;
} KEYS[] = {
    {"workloads", "workload", true},
    {"policies", "policy", true},
    {"set", "set", false},
    {"seeds", "seeds", false},
    {"scale", "scale", false},
    {"engine", "engine", false},
    {"cost", "cost", false},
    {"timeout", "timeout", false},
    {"memory-limit", "memory-limit", false},
};

static int reader_fail(Reader *reader, const char *what, const char *found) {
    error_set(reader->error,
              "%s:%d: %s '%.60s'; allowed: [sweep] with workloads, policies, set, "
              "seeds, scale, engine, cost, timeout, memory-limit",
              reader->path, reader->line, what, found);
    return 0;
}

static int reader_key(void *context, const char *section, const char *key, const char *value) {
    Reader *reader = context;
    char where[WHERE_SIZE], word[OVERRIDE_SIZE];
    if (reader->error->text[0] != '\0') return 0;
    if (strcmp(section, "sweep") != 0) return reader_fail(reader, "unknown section", section);
    size_t i = 0;
    while (i < ARRAY_LENGTH(KEYS) && strcmp(KEYS[i].key, key) != 0) i++;
    if (i == ARRAY_LENGTH(KEYS)) return reader_fail(reader, "unknown key", key);
    snprintf(where, sizeof where, "%.200s:%d: ", reader->path, reader->line);
    if (!KEYS[i].is_list)
        return sweep_setting(reader->options, KEYS[i].setting, value, where, reader->error);
    while (text_word(&value, word, sizeof word))
        if (!sweep_setting(reader->options, KEYS[i].setting, word, where, reader->error)) return 0;
    return 1;
}

bool sweep_file_read(SweepOptions *options, const char *path, Error *error) {
    Reader reader = {.options = options, .path = path, .file = fopen(path, "r"), .error = error};
    if (reader.file == NULL)
        return error_set(error, "%s: cannot be read: %s", path, strerror(errno));
    int bad_line = ini_parse_stream(reader_line, &reader, reader_key, &reader);
    bool unreadable = ferror(reader.file) != 0;
    fclose(reader.file);
    if (error->text[0] != '\0') return false;
    if (unreadable) return error_set(error, "%s: cannot be read: %s", path, strerror(errno));
    if (reader.too_long)
        return error_set(error, "%s:%d: this line is longer than %d characters", path, reader.line,
                         LINE_MAX_LENGTH);
    return bad_line <= 0 ||
           error_set(error, "%s:%d: neither [sweep] nor key = value", path, bad_line);
}
