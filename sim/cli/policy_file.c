// policy_file.c -- policies that are files: plug-ins and rules
#include "policy_file.h"

#include <dlfcn.h>
#include <elf.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <xxhash.h>

#include "decision.h"
#include "rules.h"

enum { FILE_SIZE_MAX = 64 << 20, CALLED_SIZE = 64 };

// What was read stays: choices and runs point to it.
typedef struct {
    char *path;
    const Policy *policy;
    Rules *rules;              // that the policy is of; NULL: a plug-in
    char called[CALLED_SIZE];  // "name@digest"
} PolicyFile;

static struct {
    PolicyFile *files;
    size_t count;
} loaded;

static bool ends_in(const char *text, size_t length, const char *suffix) {
    size_t size = strlen(suffix);
    return length > size && strncmp(text + length - size, suffix, size) == 0;
}

bool policy_is_rules(const char *text) { return ends_in(text, strcspn(text, ":"), ".ini"); }

// Rather than a policy that is built in.
static bool is_file(const char *text) {
    size_t length = strcspn(text, ":");
    return memchr(text, '/', length) != NULL || ends_in(text, length, ".so") ||
           policy_is_rules(text);
}

// All of a file, to be freed; NULL with `error`.
static char *file_read(const char *path, size_t *size, Error *error) {
    errno = 0;
    FILE *file = fopen(path, "rb");
    char *bytes = NULL;
    size_t room = 0, got = 1;
    for (*size = 0; file != NULL && got > 0 && *size <= FILE_SIZE_MAX; *size += got) {
        if (room < *size + 65536) bytes = memory_resize(bytes, room = 2 * room + 65536, 1);
        got = fread(bytes + *size, 1, 65536, file);
    }
    bool good = file != NULL && !ferror(file);
    if (!good) error_set(error, "policy %s: cannot be read: %s", path, strerror(errno));
    if (good && *size > FILE_SIZE_MAX)
        good = error_set(error, "policy %s: larger than %d bytes", path, FILE_SIZE_MAX);
    if (file != NULL) fclose(file);
    if (good) return bytes;
    free(bytes);
    return NULL;
}

// ---- plug-ins ----

// Code of others runs in this process. When it crashes, the reader should know whose it may be.
static void crash(int number) {
    static const char before[] = "ouro: a crash, with code of plug-ins in the process:";
    ssize_t ignored = write(STDERR_FILENO, before, sizeof before - 1);
    for (size_t i = 0; i < loaded.count; i++) {
        if (loaded.files[i].rules != NULL) continue;
        ignored += write(STDERR_FILENO, " ", 1);
        ignored += write(STDERR_FILENO, loaded.files[i].path, strlen(loaded.files[i].path));
    }
    ignored += write(STDERR_FILENO, "\n", 1);
    (void)ignored;
    raise(number);  // its default action now: SA_RESETHAND
}

static void crash_watch(void) {
    static const int numbers[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL};
    for (size_t i = 0; i < ARRAY_LENGTH(numbers); i++) {
        struct sigaction before, ours = {.sa_handler = crash, .sa_flags = (int)SA_RESETHAND};
        sigemptyset(&ours.sa_mask);
        if (sigaction(numbers[i], NULL, &before) == 0 && before.sa_handler == SIG_DFL)
            sigaction(numbers[i], &ours, NULL);
    }
}

// dlerror() with the path that it often begins with left out.
static const char *loader_says(const char *path) {
    const char *text = dlerror();
    if (text == NULL) return "no reason is given";
    const char *after = strstr(text, path);
    if (after == NULL) return text;
    after += strlen(path);
    return after + strspn(after, ": ");
}

static bool abi_check(const char *path, const OuroPlugin *plugin, Error *error) {
    const OuroPlugin ours = OURO_PLUGIN_OF(NULL);
    static const char again[] = "compile it again with the <ouro/policy.h> of this program";
    if (plugin->abi != ours.abi)
        return error_set(error, "policy %s: found ABI %u; allowed: %u; %s", path, plugin->abi,
                         ours.abi, again);
    const struct {
        const char *name;
        uint32_t found, allowed;
    } sizes[] = {
        {"Policy", plugin->policy_size, ours.policy_size},
        {"Knob", plugin->knob_size, ours.knob_size},
        {"KnobValue", plugin->value_size, ours.value_size},
        {"HeapView", plugin->view_size, ours.view_size},
        {"Decision", plugin->decision_size, ours.decision_size},
        {"SpaceSetup", plugin->setup_size, ours.setup_size},
        {"WorkloadNames", plugin->names_size, ours.names_size},
        {"Error", plugin->error_size, ours.error_size},
    };
    for (size_t i = 0; i < ARRAY_LENGTH(sizes); i++)
        if (sizes[i].found != sizes[i].allowed)
            return error_set(error, "policy %s: found a %s of %u bytes; allowed: %u; %s", path,
                             sizes[i].name, sizes[i].found, sizes[i].allowed, again);
    return plugin->policy != NULL ||
           error_set(error, "policy %s: OURO_POLICY names no policy", path);
}

// Whether all that the head of a shared object speaks of is in the file. The loader does not ask:
// it maps what is not there.
static bool is_whole(const char *bytes, size_t size) {
    Elf64_Ehdr head;
    if (size < sizeof head) return false;
    memcpy(&head, bytes, sizeof head);
    if (head.e_ident[EI_CLASS] != ELFCLASS64) return true;  // the loader says what it thinks of it
    if (head.e_shoff > size || (uint64_t)head.e_shnum * head.e_shentsize > size - head.e_shoff)
        return false;
    for (size_t i = 0; i < head.e_phnum; i++) {
        Elf64_Phdr segment;
        if (head.e_phoff > size || (i + 1) * sizeof segment > size - head.e_phoff) return false;
        memcpy(&segment, bytes + head.e_phoff + i * sizeof segment, sizeof segment);
        if (segment.p_offset > size || segment.p_filesz > size - segment.p_offset) return false;
    }
    return true;
}

// A name without a slash would be looked for elsewhere.
static const Policy *plugin_open(const char *path, const char *bytes, size_t size, Error *error) {
    char file[POLICY_LABEL_SIZE + 2];
    if (size < 4 || memcmp(bytes, "\177ELF", 4) != 0) {
        error_set(error, "policy %s: is no shared object (cc -shared -fPIC makes one)", path);
        return NULL;
    }
    if (!is_whole(bytes, size)) {
        error_set(error, "policy %s: the file is cut off", path);
        return NULL;
    }
    snprintf(file, sizeof file, "%s%s", strchr(path, '/') != NULL ? "" : "./", path);
    void *handle = dlopen(file, RTLD_NOW | RTLD_LOCAL);
    if (handle == NULL) {
        error_set(error, "policy %s: cannot be loaded: %s", path, loader_says(file));
        return NULL;
    }
    const OuroPlugin *plugin = dlsym(handle, "ouro_plugin");
    if (plugin == NULL)
        error_set(error, "policy %s: is no plug-in: it does not say OURO_POLICY(...)", path);
    else if (abi_check(path, plugin, error))
        return plugin->policy;
    dlclose(handle);
    return NULL;
}

// ---- files ----

static bool file_open(PolicyFile *file, const char *path, Error *error) {
    const size_t length = strlen(path);
    size_t size = 0;
    Error why = {0};
    if (!ends_in(path, length, ".so") && !ends_in(path, length, ".ini"))
        return error_set(error, "policy %s: a file is a plug-in, .so, or rules, .ini", path);
    char *bytes = file_read(path, &size, error);
    if (bytes == NULL) return false;
    if (ends_in(path, length, ".so"))
        file->policy = plugin_open(path, bytes, size, error);
    else if ((file->rules = rules_read(path, bytes, size, error)) != NULL)
        file->policy = &file->rules->policy;
    uint64_t digest = XXH3_64bits(bytes, size);
    free(bytes);
    if (file->policy == NULL) return false;
    if (!policy_check(file->policy, &why)) return error_set(error, "policy %s: %s", path, why.text);
    snprintf(file->called, sizeof file->called, "%s@%016llx", file->policy->name,
             (unsigned long long)digest);
    if (file->rules == NULL) crash_watch();
    return true;
}

static const PolicyFile *file_of(const char *path, Error *error) {
    for (size_t i = 0; i < loaded.count; i++)
        if (strcmp(loaded.files[i].path, path) == 0) return &loaded.files[i];
    PolicyFile file = {0};
    if (!file_open(&file, path, error)) {
        rules_free(file.rules);
        return NULL;
    }
    file.path = memory_text(path, strlen(path));
    loaded.files = memory_resize(loaded.files, loaded.count + 1, sizeof file);
    loaded.files[loaded.count] = file;
    return &loaded.files[loaded.count++];
}

bool policy_named(PolicyChoice *choice, const char *text, Error *error) {
    char path[POLICY_LABEL_SIZE];
    PolicyChoice ignored;
    if (!is_file(text) || strlen(text) >= sizeof path)
        return policy_choose(choice, text, error);  // which says what is wrong with it
    for (const char *p = text; *p != '\0'; p++)
        if ((unsigned char)*p < ' ') return policy_choose(&ignored, text, error);
    snprintf(path, sizeof path, "%.*s", (int)strcspn(text, ":"), text);
    const PolicyFile *file = file_of(path, error);
    return file != NULL && policy_choice_set(choice, file->policy, file->called, NULL, text, error);
}
