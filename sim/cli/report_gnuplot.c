// report_gnuplot.c -- running gnuplot: one process per drawing, two at a time, never a shell
#include "report_gnuplot.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "folders.h"
#include "paths.h"
#include "report_svg.h"
#include "text.h"
#include "tsv.h"

enum { AT_ONCE = 2, CAPTION_WIDTH = 150, CAPTION_LINES = 4, PROBE_SIZE = 1 << 20 };

typedef struct {
    pid_t pid;
    FILE *said;  // what the process wrote to stderr
} Process;

// A drawing in one format.
typedef struct {
    const char *dir, *plots, *terminal;
    const Drawing *drawing;
    char part[PATH_MAX], path[PATH_MAX];  // under construction, and then
} Sheet;

// ---- the folder of the scripts ----

char *plots_find(Error *error) {
    char beside[PATH_MAX] = "";
    const char *path = getenv("OURO_PLOTS");
    if (path == NULL || *path == '\0') {
        path_shipped("plots", beside, sizeof beside);
        path = beside;
    }
    char *real = realpath(path, NULL);
    if (real == NULL)
        error_set(error,
                  "%s: no folder of gnuplot scripts: %s; set OURO_PLOTS to the repository's plots/",
                  path, strerror(errno));
    return real;
}

bool figure_folders_make(const char *dir, const char *const *folders, Error *error) {
    char path[PATH_MAX];
    bool good = true;
    for (; good && *folders != NULL; folders++)
        good = snprintf(path, sizeof path, "%s/%s", dir, *folders) < (int)sizeof path
                   ? folder_make(path, error)
                   : error_set(error, "%.60s...: path is too long", dir);
    return good;
}

// ---- one process ----

static bool gnuplot_spawn(const Sheet *sheet, char *const *arguments, Process *process) {
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addchdir_np(&actions, sheet->dir);
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&actions, fileno(process->said), STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&actions, fileno(process->said), STDERR_FILENO);
    errno = posix_spawnp(&process->pid, "gnuplot", &actions, NULL, arguments, environ);
    posix_spawn_file_actions_destroy(&actions);
    return errno == 0;
}

static bool process_start(const Sheet *sheet, Process *process, Error *error) {
    const Drawing *drawing = sheet->drawing;
    char script[PATH_MAX], output[PATH_MAX];
    snprintf(script, sizeof script, "%s/%s.gp", sheet->plots, drawing->script);
    snprintf(output, sizeof output, "%s", sheet->part + strlen(sheet->dir) + 1);
    char *arguments[6 + DRAWING_TABLES + 1] = {
        "gnuplot", "-d", "-c", script, (char *)sheet->terminal, output};
    for (size_t i = 0; i < DRAWING_TABLES && drawing->tables[i] != NULL; i++)
        arguments[6 + i] = (char *)drawing->tables[i];
    process->said = tmpfile();
    if (process->said == NULL) return error_set(error, "no temporary file: %s", strerror(errno));
    if (gnuplot_spawn(sheet, arguments, process)) return true;
    fclose(process->said);
    if (errno == ENOENT)
        return error_set(error,
                         "gnuplot is not installed or not in PATH; the figures need gnuplot 5.4 "
                         "(Debian: gnuplot-nox)");
    return error_set(error, "gnuplot cannot be started: %s", strerror(errno));
}

// The last line that is not blank: gnuplot puts its message under a copy of the command.
static void last_line(FILE *stream, char *line, size_t size) {
    char next[256];
    line[0] = '\0';
    rewind(stream);
    while (fgets(next, sizeof next, stream) != NULL) {
        next[strcspn(next, "\n")] = '\0';
        const char *text = next + strspn(next, " \t");
        if (*text != '\0') snprintf(line, size, "%s", text);
    }
}

// gnuplot does not look whether its writing succeeds: the end of the file must be that of a
// drawing.
static bool part_is_whole(const Sheet *sheet) {
    static const char svg_end[] = "</svg>", png_end[] = "IEND";
    const char *end = sheet->terminal[0] == 's' ? svg_end : png_end;
    char tail[17] = "";
    FILE *file = fopen(sheet->part, "rb");
    if (file == NULL) return false;
    size_t got = fseek(file, -16, SEEK_END) == 0 ? fread(tail, 1, 16, file) : 0;
    fclose(file);
    return memmem(tail, got, end, strlen(end)) != NULL;
}

// What the system says to more data beside a drawing that is cut off; "" when it takes them.
static const char *disk_refusal(const Sheet *sheet) {
    char path[PATH_MAX + 8];
    static const char data[4096];
    snprintf(path, sizeof path, "%s.probe", sheet->part);
    int file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666), why = errno;
    if (file < 0) return strerror(why);
    ssize_t wrote = 1;
    for (size_t i = 0; i < PROBE_SIZE / sizeof data && wrote > 0; i++)
        wrote = write(file, data, sizeof data);
    why = wrote > 0 ? 0 : errno;
    close(file);
    unlink(path);
    return why != 0 ? strerror(why) : "";
}

static bool process_finish(const Sheet *sheet, Process *process, Error *error) {
    int status = 0;
    while (waitpid(process->pid, &status, 0) < 0) {
        if (errno != EINTR) break;
    }
    char line[256];
    last_line(process->said, line, sizeof line);
    fclose(process->said);
    bool good = WIFEXITED(status) && WEXITSTATUS(status) == 0 && part_is_whole(sheet);
    if (good && sheet->terminal[0] == 's') return svg_mend(sheet->part, error);
    if (good) return true;
    const char *refusal = disk_refusal(sheet);
    if (refusal[0] != '\0')
        return error_set(error, "%s: cannot be written: %s", sheet->path, refusal);
    if (line[0] == '\0' && WIFSIGNALED(status))
        snprintf(line, sizeof line, "%s", strsignal(WTERMSIG(status)));
    return error_set(error, "%s: gnuplot could not draw it: %s", sheet->path,
                     line[0] != '\0' ? line : "no message");
}

// ---- all of them ----

static bool sheets_draw(const Sheet *sheets, size_t count, Error *error) {
    Process running[AT_ONCE];
    size_t started = 0, finished = 0;
    bool good = true;
    while (finished < started || (good && started < count)) {
        if (good && started < count && started - finished < AT_ONCE) {
            good = process_start(&sheets[started], &running[started % AT_ONCE], error);
            started += good;
        } else {
            good &= process_finish(&sheets[finished], &running[finished % AT_ONCE], error);
            finished++;
        }
    }
    return good;
}

static bool sheet_fill(Sheet *sheet, Error *error) {
    int length = snprintf(sheet->path, sizeof sheet->path, "%s/figures/%s.%s", sheet->dir,
                          sheet->drawing->name, sheet->terminal);
    if (length >= (int)sizeof sheet->path - 16)
        return error_set(error, "%.60s...: path is too long", sheet->dir);
    snprintf(sheet->part, sizeof sheet->part, "%.*s.part", (int)sizeof sheet->part - 16,
             sheet->path);
    return true;
}

bool drawings_run(const char *dir, const Drawing *drawings, size_t count, Error *error) {
    static const char *const terminals[] = {"svg", "png"};
    char *plots = plots_find(error);
    if (plots == NULL) return false;
    Sheet *sheets = memory_new(2 * count, sizeof *sheets);
    bool good = true;
    for (size_t i = 0; i < 2 * count && good; i++) {
        sheets[i] = (Sheet){
            .dir = dir, .plots = plots, .terminal = terminals[i % 2], .drawing = &drawings[i / 2]};
        good = sheet_fill(&sheets[i], error);
        if (good) unlink(sheets[i].path);  // an old drawing must not pass for a new one
    }
    good = good && sheets_draw(sheets, 2 * count, error);
    for (size_t i = 0; i < 2 * count; i++) {
        if (good && rename(sheets[i].part, sheets[i].path) != 0)
            good = error_set(error, "%s: cannot be written: %s", sheets[i].path, strerror(errno));
        if (!good) unlink(sheets[i].part);
    }
    free(sheets);
    free(plots);
    return good;
}

const char *drawing_format(const char *path, Error *error) {
    const char *dot = strrchr(path, '.');
    if (dot != NULL && strcmp(dot, ".svg") == 0) return "svg";
    if (dot != NULL && strcmp(dot, ".png") == 0) return "png";
    error_set(error, "%.200s: a figure is an .svg or a .png", path);
    return NULL;
}

static bool drawing_run(const char *dir, const Drawing *drawing, const char *path, Error *error) {
    Sheet sheet = {.dir = dir, .drawing = drawing, .terminal = drawing_format(path, error)};
    char *plots = sheet.terminal != NULL ? plots_find(error) : NULL, *text = NULL;
    size_t length = 0;
    if (plots == NULL) return false;
    sheet.plots = plots;
    snprintf(sheet.path, sizeof sheet.path, "%s", path);
    snprintf(sheet.part, sizeof sheet.part, "%.*s/figure.part", PATH_MAX - 16, dir);
    bool good = sheets_draw(&sheet, 1, error);
    if (good) text = tsv_text_read(sheet.part, &length, error);
    good = text != NULL && file_put(path, text, length, error);
    free(text);
    unlink(sheet.part);
    free(plots);
    return good;
}

bool drawing_make(const Drawing *drawing, TablesWriter write, void *context, const char *path,
                  Error *error) {
    char dir[1024], table[sizeof dir + DRAWING_NAME_SIZE];
    const char *folder = getenv("TMPDIR");
    int length = snprintf(dir, sizeof dir, "%s/ouro-figure-XXXXXX", folder ? folder : "/tmp");
    if (length >= (int)sizeof dir || mkdtemp(dir) == NULL)
        return error_set(error, "%s: %s", dir, strerror(errno));
    bool good = write(context, dir, error) && drawing_run(dir, drawing, path, error);
    for (size_t i = 0; i < DRAWING_TABLES && drawing->tables[i] != NULL; i++) {
        snprintf(table, sizeof table, "%s/%s", dir, drawing->tables[i]);
        unlink(table);
    }
    rmdir(dir);
    return good;
}

// ---- text in tables ----

void gnuplot_text(FILE *table, const char *text) {
    while (*text != '\0') {
        size_t length = text_character(text);
        if (length == 0 || text_is_control(text))
            fputs("\xEF\xBF\xBD", table);  // U+FFFD: an SVG cannot hold it
        else if (*text == '"' || *text == '\\' || *text == '#')
            fprintf(table, "\\%03o", (unsigned)*text);
        else
            fwrite(text, 1, length, table);
        text += length > 0 ? length : 1;
    }
}

int gnuplot_caption(FILE *table, const char *command) {
    int lines = 1;
    size_t width = strlen("$ ");
    fputs("$ ", table);
    while (*command != '\0') {
        char word[CAPTION_WIDTH + 1];
        size_t length = strcspn(command, " ,");
        length += command[length] != '\0';
        if (length > CAPTION_WIDTH) length = CAPTION_WIDTH;
        while (length > 1 && ((unsigned char)command[length] & 0xc0) == 0x80) length--;
        if (width + length > CAPTION_WIDTH) {
            if (lines == CAPTION_LINES) {
                fputs(" ...", table);
                break;
            }
            fputs("\\012    ", table);
            width = strlen("    ");
            lines++;
        }
        snprintf(word, sizeof word, "%.*s", (int)length, command);
        gnuplot_text(table, word);
        command += length;
        width += length;
    }
    return lines;
}
