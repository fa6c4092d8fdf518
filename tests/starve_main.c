// starve_main.c -- ouro, starved: every fault of starve_faults.def at every call, one run for each
//
// usage: starve --scratch DIR [--before DIR] [--sweep] [--most N] [--fault NAME [--at N]]
//               [--space BYTES] [--file-size BYTES] [--name NAME] -- run WORKLOAD ...
//
// Results are to go to DIR/case. First the command runs undisturbed: that is what a run with a
// fault is held against. It may come to the same end, to the last bit. Or it may refuse: exit code
// 2, one line `ouro: ...` on stderr, and every file that is there is whole, or has .part in its
// name, which only lack of memory, a kill and a refused removal may leave. With --sweep also: each
// line of a journal that was written is read again, and the same command with --retry comes to the
// digest of the undisturbed sweep.
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "starve_case.h"
#include "starve_tree.h"

enum { MODE_ROOM = 200, MOST = 60 };

#define FAULT(name, group, mode, error) {#name, GROUP_##group, MODE_##mode, error},
static const Fault FAULTS[] = {
#include "starve_faults.def"
};
#undef FAULT
enum { FAULT_COUNT = sizeof FAULTS / sizeof *FAULTS };

typedef struct {
    Setting setting;
    const char *name, *only;
    uint64_t most, at;
    bool is_sweep;
    char wanted[PATH_ROOM];  // the folder of the undisturbed run
    char folder[PATH_ROOM];  // that of a run
    Outcome reference;
    char *digest, *rows;  // of the undisturbed sweep
    uint64_t row_count;
    uint64_t passed, failed, known, same, refused;
    const Fault *fault;
    uint64_t now;  // the case
} Starve;

static void report(Starve *s, const Outcome *outcome, const char *why) {
    s->failed++;
    printf("FAIL %s: %s at %llu: %s (exit code %d)\n", s->name,
           s->fault != NULL ? s->fault->name : "limits", (unsigned long long)s->now, why,
           outcome->code);
    const char *text = outcome->error;
    for (int line = 0; line < 3 && *text != '\0'; line++) {
        size_t length = strcspn(text, "\n");
        printf("    %.*s\n", (int)length, text);
        text += length + (text[length] == '\n');
    }
    fflush(stdout);
}

static int lines_with(const char *text, const char *start) {
    int count = 0;
    for (const char *line = text; line != NULL && *line != '\0';) {
        count += strncmp(line, start, strlen(start)) == 0;
        line = strchr(line, '\n');
        line += line != NULL;
    }
    return count;
}

// ---- a sweep ----

static Outcome results(const Starve *s, const char *folder, const char *option) {
    char *words[] = {"ouro", "results", (char *)folder, (char *)option};
    return case_follow(&s->setting, words, option != NULL ? 4 : 3);
}

static char *digest_in(const char *text) {
    const char *line = strstr(text, "digest ");
    return line != NULL ? strndup(line, strcspn(line, "\n")) : strdup("none");
}

// Rows of runs that ended by themselves are those of the undisturbed sweep; others say what died.
static bool rows_known(const Starve *s, const char *rows, uint64_t *count) {
    char line[1 << 16];
    *count = 0;
    for (const char *row = rows; *row != '\0'; ++*count) {
        size_t length = strcspn(row, "\n");
        snprintf(line, sizeof line, "%.*s", (int)length, row);
        if (strstr(s->rows, line) == NULL && strstr(line, "\"result_digest\":\"\"") == NULL)
            return false;
        row += length + (row[length] == '\n');
    }
    return true;
}

static const char *rows_wrong(const Starve *s, const Outcome *outcome, const char *folder) {
    uint64_t count = 0;
    Outcome found = results(s, folder, "--json");
    bool known = rows_known(s, found.out, &count), cut = strstr(found.error, "is torn") != NULL;
    outcome_free(&found);
    if (!known) return "a row that the undisturbed sweep has not";
    if (cut && outcome->code != -SIGKILL) return "half a line is left in a journal";
    if (outcome->code == 0 && count < s->row_count) return "a run without a row, and no complaint";
    // A kill may find two runs under way, and one started again, since a kill ended it alone.
    bool is_killed = outcome->code == -SIGKILL && count + 3 < outcome->starts;
    return count < outcome->lines || is_killed ? "a finished run is lost" : NULL;
}

static const char *resume_wrong(Starve *s) {
    char *words[WORDS_MAX + 1];
    memcpy(words, s->setting.words, sizeof s->setting.words);
    words[s->setting.word_count] = "--retry";
    Outcome again = case_follow(&s->setting, words, s->setting.word_count + 1);
    const char *wrong = again.code != 0 ? "the same command again fails" : NULL;
    outcome_free(&again);
    again = results(s, s->folder, NULL);
    char *digest = digest_in(again.out);
    if (wrong == NULL && strcmp(digest, s->digest) != 0) wrong = "resumed, another digest";
    free(digest);
    outcome_free(&again);
    return wrong;
}

static const char *sweep_wrong(Starve *s, const Outcome *outcome) {
    char gone[PATH_ROOM];
    snprintf(gone, sizeof gone, "%s/gone", s->setting.scratch);
    if (s->fault != NULL && s->fault->error == EINTR && strstr(outcome->error, "are safe") != NULL)
        return "a journal is given up because a signal came";
    bool vanished = access(gone, F_OK) == 0;
    const char *wrong = rows_wrong(s, outcome, vanished ? gone : s->folder);
    return wrong != NULL ? wrong : resume_wrong(s);
}

// ---- a command that is done when it ends ----

static bool may_leave_parts(const Starve *s) {
    if (s->fault == NULL) return s->setting.space > 0;
    return s->fault->group == GROUP_MEMORY || s->fault->group == GROUP_PAGES ||
           s->fault->group == GROUP_REMOVE || s->fault->error == FAULT_KILL;
}

// A page may say instead of a figure that it has none, and why.
static bool says_why(const Starve *s, const char *path) {
    size_t length = 0;
    char *text = file_text(path, &length);
    bool said =
        s->fault != NULL && s->fault->error > 0 && strstr(text, strerror(s->fault->error)) != NULL;
    free(text);
    return said;
}

static const char *files_wrong(const Starve *s, const Outcome *outcome, char *what, size_t size) {
    int parts = 0;
    char file[PATH_ROOM];
    bool is_same = outcome->code == s->reference.code;
    const char *before = is_same ? NULL : s->setting.before;
    if (!tree_holds(s->folder, s->wanted, before,
                    is_same && s->fault != NULL && s->fault->error != FAULT_VANISH, &parts, file,
                    sizeof file)) {
        snprintf(what, size, "%s is not whole", file);
        return is_same && says_why(s, file) ? NULL : what;
    }
    return parts > 0 && !may_leave_parts(s) ? "a .part is left" : NULL;
}

static const char *refusal_wrong(const Starve *s, const Outcome *outcome) {
    const char *error = outcome->error;
    if (outcome->code == -SIGKILL && s->fault != NULL && s->fault->error == FAULT_KILL) return NULL;
    if (outcome->code != 2) return "an exit code that nobody promised";
    int lines = lines_with(error, "ouro: ");
    lines -= lines > 1 ? lines_with(error, "ouro: standard output: ") : 0;  // that as well
    if (s->is_sweep ? lines < 1 : lines != 1) return "not one line that says why";
    size_t length = strlen(error);
    return error[length - 1] != '\n' ? "a line without an end" : NULL;
}

// A bug, whatever else the program says: of its own, or of a run that a sweep made a row of.
static const char *bug_shown(const char *error) {
    static const char *const signs[] = {"internal error", "runtime error", "Sanitizer", "signal 6 ",
                                        "signal 7 ",      "signal 8 ",     "signal 11 "};
    for (size_t i = 0; i < sizeof signs / sizeof *signs; i++)
        if (strstr(error, signs[i]) != NULL) return signs[i];
    return NULL;
}

// One place still takes this for a bug of its own, until it says MEMORY_CHECK; and the address
// sanitizer has no answer when a thread's stack cannot be found. They are counted apart.
static bool is_known(const Starve *s, const Outcome *outcome) {
    return s->fault != NULL && s->fault->group == GROUP_MEMORY &&
           strstr(outcome->error, "pthread_getattr_np") != NULL;
}

static void judge(Starve *s, Outcome *outcome) {
    char what[2 * PATH_ROOM];
    bool is_same = outcome->code == s->reference.code;
    const char *wrong = bug_shown(outcome->error);
    if (wrong == NULL && !is_same)
        wrong = refusal_wrong(s, outcome);
    else if (wrong == NULL && strcmp(outcome->out, s->reference.out) != 0)
        wrong = "another answer, and no complaint";
    if (wrong == NULL)
        wrong = s->is_sweep ? sweep_wrong(s, outcome) : files_wrong(s, outcome, what, sizeof what);
    if (wrong != NULL && is_known(s, outcome)) {
        s->known++;
        return;
    }
    if (wrong != NULL) report(s, outcome, wrong);
    s->passed += wrong == NULL;
    s->same += is_same;
    s->refused += !is_same;
}

// ---- all cases ----

static uint64_t case_play(Starve *s, uint64_t at) {
    s->now = at;
    Outcome outcome = case_run(&s->setting, s->fault, at);
    uint64_t calls = outcome.calls;
    judge(s, &outcome);
    outcome_free(&outcome);
    return calls;
}

// The first half of the cases are the first calls, the others are spread over the rest.
static void fault_play(Starve *s) {
    uint64_t calls = case_play(s, UINT64_MAX), half = s->most / 2;
    bool is_always = s->fault->mode == MODE_EVER && s->fault->error == FAULT_SHORT;
    uint64_t count = is_always ? calls > 0 : calls < s->most ? calls : s->most;
    for (uint64_t i = 1; i <= count; i++)
        case_play(s, i <= half || calls <= s->most
                         ? i
                         : half + (calls - half) * (i - half) / (count - half));
}

static void reference_keep(Starve *s) {
    s->reference = case_run(&s->setting, NULL, 0);
    tree_remove(s->wanted);
    if (access(s->folder, F_OK) == 0) tree_copy(s->folder, s->wanted);
    if (s->is_sweep) {
        Outcome all = results(s, s->folder, NULL), rows = results(s, s->folder, "--json");
        s->digest = digest_in(all.out);
        s->rows = strdup(rows.out);
        rows_known(s, s->rows, &s->row_count);
        outcome_free(&all);
        outcome_free(&rows);
    }
}

static void play(Starve *s) {
    bool is_limited = s->setting.space > 0 || s->setting.file_size > 0;
    for (int i = 0; i < FAULT_COUNT && !is_limited; i++) {
        s->fault = &FAULTS[i];
        if (s->only != NULL && strcmp(s->only, s->fault->name) != 0) continue;
        if (s->at > 0)
            case_play(s, s->at);
        else
            fault_play(s);
    }
    if (is_limited) case_play(s, s->setting.space > 0 ? s->setting.space : s->setting.file_size);
    if (s->passed + s->failed == 0) report(s, &s->reference, "no such fault: nothing was tried");
}

static uint64_t number(const char *text) {
    char *end;
    unsigned long long value = text != NULL ? strtoull(text, &end, 10) : 0;
    if (value == 0 || *end != '\0') {
        fprintf(stderr, "starve: found '%s'; a number from 1 is needed\n", text ? text : "");
        exit(2);
    }
    return value;
}

static int option_take(Starve *s, char **words) {
    const char *option = words[0], *value = words[1];
    if (strcmp(option, "--sweep") == 0) {
        s->is_sweep = true;
        return 1;
    }
    if (strcmp(option, "--scratch") == 0)
        s->setting.scratch = value;
    else if (strcmp(option, "--before") == 0)
        s->setting.before = value;
    else if (strcmp(option, "--name") == 0)
        s->name = value;
    else if (strcmp(option, "--fault") == 0)
        s->only = value;
    else if (strcmp(option, "--most") == 0)
        s->most = number(value);
    else if (strcmp(option, "--at") == 0)
        s->at = number(value);
    else if (strcmp(option, "--space") == 0)
        s->setting.space = number(value);
    else if (strcmp(option, "--file-size") == 0)
        s->setting.file_size = number(value);
    else
        return 0;
    return value != NULL ? 2 : 0;
}

static bool arguments_take(Starve *s, int argc, char **argv) {
    int i = 1, taken = 1;
    while (i < argc && strcmp(argv[i], "--") != 0 && taken > 0)
        i += taken = option_take(s, argv + i);
    if (taken == 0 || i + 1 >= argc || argc - i >= WORDS_MAX || s->setting.scratch == NULL)
        return false;
    s->setting.words[s->setting.word_count++] = "ouro";
    while (++i < argc) s->setting.words[s->setting.word_count++] = argv[i];
    if (s->name == NULL) s->name = s->setting.words[1];
    snprintf(s->wanted, sizeof s->wanted, "%s/wanted", s->setting.scratch);
    snprintf(s->folder, sizeof s->folder, "%s/case", s->setting.scratch);
    return true;
}

int main(int argc, char **argv) {
    static Starve s = {.most = MOST};
    if (!arguments_take(&s, argc, argv)) {
        fputs("starve: bad arguments; the head of tests/starve_main.c says which there are\n",
              stderr);
        return 2;
    }
    Setting limits = s.setting;
    s.setting.space = s.setting.file_size = 0;
    reference_keep(&s);
    s.setting = limits;
    if (s.reference.code == 0)
        play(&s);
    else
        report(&s, &s.reference, "the undisturbed run fails");
    printf("starve: %s: %llu cases, %llu came to the same end, %llu refused\n", s.name,
           (unsigned long long)s.passed + s.failed, (unsigned long long)s.same,
           (unsigned long long)s.refused);
    if (s.known > 0)
        printf("skipped: %llu cases that the sanitizer takes for a bug\n",
               (unsigned long long)s.known);
    printf("%llu passed, %llu failed\n", (unsigned long long)s.passed,
           (unsigned long long)s.failed);
    return s.failed > 0;
}
