// journal.c -- rows that survive anything: writing
#include "journal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <xxhash.h>

#include "folders.h"

enum { SYNC_MS = 1000, NAME_TRIES = 100 };

static uint64_t now_ms(clockid_t clock) {
    struct timespec now;
    clock_gettime(clock, &now);
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

bool journal_open(Journal *journal, const char *dir, Error *error) {
    *journal = (Journal){.file = -1};
    if (snprintf(journal->path, sizeof journal->path, "%s/journal", dir) + 128 > PATH_SIZE)
        return error_set(error, "%.60s...: path is too long", dir);
    return folder_make(journal->path, error);
}

// Nobody else has this name: host, process and moment; O_EXCL where even that is not enough.
static bool file_create(Journal *journal, Error *error) {
    char host[64] = "host";
    gethostname(host, sizeof host - 1);
    host[strcspn(host, "/.")] = '\0';
    size_t used = strlen(journal->path);
    uint64_t start = now_ms(CLOCK_REALTIME);
    for (int i = 0; i < NAME_TRIES; i++) {
        snprintf(journal->path + used, sizeof journal->path - used, "/%s-%ld-%llu.jsonl", host,
                 (long)getpid(), (unsigned long long)start + (unsigned)i);
        journal->file =
            open(journal->path, O_WRONLY | O_APPEND | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
        if (journal->file >= 0) return true;
        if (errno != EEXIST) break;
    }
    return error_set(error, "%s: cannot be made: %s", journal->path, strerror(errno));
}

static bool bytes_write(int file, const char *bytes, size_t count) {
    while (count > 0) {
        ssize_t done = write(file, bytes, count);
        if (done < 0 && errno == EINTR) continue;
        if (done < 0) return false;
        bytes += done;  // short: the disk is nearly full, and the next call says so
        count -= (size_t)done;
    }
    return true;
}

static bool write_failed(Journal *journal, Error *error) {
    int why = errno;
    // This file is ours alone: the torn line can go. If even that fails, readers ignore it.
    if (journal->file >= 0 && ftruncate(journal->file, (off_t)journal->bytes) != 0) errno = why;
    return error_set(error,
                     "%s: cannot be written: %s; its %llu rows are safe, and the same command "
                     "goes on from there",
                     journal->path, strerror(why), (unsigned long long)journal->lines);
}

bool journal_append(Journal *journal, uint64_t key, const char *row, const char *measured,
                    Error *error) {
    CHECK(row[0] == '{' && measured[0] == '{');
    if (journal->file < 0 && !file_create(journal, error)) return false;
    char *line = NULL;
    int body = asprintf(&line, "{\"key\":\"%016llx\",\"row\":%s,\"measured\":%s",
                        (unsigned long long)key, row, measured);
    MEMORY_CHECK(body > 0);
    uint64_t digest = XXH3_64bits(line, (size_t)body);
    char *whole = NULL;
    int length = asprintf(&whole, "%s,\"xxh\":\"%016llx\"}\n", line, (unsigned long long)digest);
    MEMORY_CHECK(length > 0);
    bool good = bytes_write(journal->file, whole, (size_t)length);
    free(line);
    free(whole);
    if (!good) return write_failed(journal, error);
    journal->bytes += (uint64_t)length;
    journal->lines++;
    uint64_t now = now_ms(CLOCK_MONOTONIC);
    if (now - journal->synced_ms < SYNC_MS) return true;
    journal->synced_ms = now;
    return fdatasync(journal->file) == 0 || write_failed(journal, error);
}

bool journal_close(Journal *journal, Error *error) {
    if (journal->file < 0) return true;
    bool good = fdatasync(journal->file) == 0;
    good = close(journal->file) == 0 && good;
    journal->file = -1;
    return good || write_failed(journal, error);
}
