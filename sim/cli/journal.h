// journal.h -- rows that survive anything: append-only JSON Lines, one file per writing process
//
// A line is {"key":"K","row":{...},"measured":{...},"xxh":"H"}: H is the 64-bit xxHash (XXH3) of
// all bytes before `,"xxh"`. DIR/journal/ holds files named HOST-PID-START.jsonl.
//
// A line is one write(2) to a file opened with O_APPEND that no other process writes. So a writer
// killed at any instant leaves whole lines and at most one torn tail, which no reader accepts and
// to which nobody appends: a new writer has a new file. Written lines outlive their process; a loss
// of power may take those of the last second (fdatasync once a second and at the end), and
// what is missing is run again. Merging is putting files into one folder.
#ifndef OURO_JOURNAL_H
#define OURO_JOURNAL_H

#include "options.h"

typedef struct {
    char path[PATH_SIZE];  // "": no line was written yet
    int file;
    uint64_t lines, bytes, synced_ms;
} Journal;

// Makes DIR and DIR/journal. The file comes into being with its first line.
bool journal_open(Journal *journal, const char *dir, Error *error);

// `row` and `measured` are JSON objects. On an error (disk full, limit on file size) the file ends
// with the last whole line, and `error` says how many are safe.
bool journal_append(Journal *journal, uint64_t key, const char *row, const char *measured,
                    Error *error);
bool journal_close(Journal *journal, Error *error);

// A line that was read.
typedef struct {
    uint64_t key;
    char *row, *measured;  // JSON objects
    const char *path;      // of its file
    uint32_t line;
} Record;

// A line that is none; a torn tail is the last of its file, without a line end.
typedef struct {
    const char *path, *why;
    uint32_t line;
    bool is_torn;
} BadLine;

typedef struct {
    Record *records;  // sorted by key, then row
    size_t count, capacity;
    BadLine *bad;
    size_t bad_count, bad_capacity;
    char **texts;  // of the files: records point into them
    char **paths;
    size_t file_count, file_capacity;
} Journals;

// Reads all DIR/journal/*.jsonl; no folder is no records. False with `error`: unreadable.
bool journals_read(Journals *journals, const char *dir, Error *error);
void journals_free(Journals *journals);

// Whether its run ended by itself: such rows repeat bit for bit. The row of a run that was cut off
// has no result digest.
bool record_is_whole(const Record *record);

#endif
