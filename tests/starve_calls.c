// starve_calls.c -- system calls that fail when they are told to, whichever library makes them
//
// stdio and SQLite call the kernel from within their libraries, where no linker can come between.
// A filter (seccomp) turns the calls of a group into a signal, if they come from the C library of
// this process; its handler makes the call itself or refuses it. A program that is started by exec
// has its C library elsewhere, and is left alone.
#include "starve_faults.h"

#ifdef __x86_64__
#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <ucontext.h>

enum { CALLS_MAX = 4, WRITING = O_WRONLY | O_RDWR | O_CREAT };

static const struct {
    FaultGroup group;
    int count, calls[CALLS_MAX];
} GROUPS[] = {
    {GROUP_PAGES, 2, {SYS_mmap, SYS_brk}},
    {GROUP_WRITE, 3, {SYS_write, SYS_pwrite64, SYS_writev}},
    {GROUP_SYNC, 2, {SYS_fsync, SYS_fdatasync}},
    {GROUP_CREATE, 1, {SYS_openat}},
    {GROUP_OPEN, 1, {SYS_openat}},
    {GROUP_READ, 2, {SYS_read, SYS_pread64}},
    {GROUP_RENAME, 3, {SYS_rename, SYS_renameat, SYS_renameat2}},
    {GROUP_FOLDER, 2, {SYS_mkdir, SYS_mkdirat}},
    {GROUP_REMOVE, 3, {SYS_unlink, SYS_unlinkat, SYS_rmdir}},
    {GROUP_CLOSE, 1, {SYS_close}},
};

// From this file, and so not through the filter.
static long call(long number, const greg_t *with) {
    long result;
    register long fourth __asm__("r10") = with[REG_R10];
    register long fifth __asm__("r8") = with[REG_R8];
    register long sixth __asm__("r9") = with[REG_R9];
    __asm__ volatile("syscall"
                     : "=a"(result)
                     : "a"(number), "D"(with[REG_RDI]), "S"(with[REG_RSI]), "d"(with[REG_RDX]),
                       "r"(fourth), "r"(fifth), "r"(sixth)
                     : "rcx", "r11", "memory");
    return result;
}

static long call_2(long number, long first, long second) {
    greg_t with[NGREG] = {[REG_RDI] = first, [REG_RSI] = second};
    return call(number, with);
}

static bool is_counted(long number, const greg_t *with) {
    if (faults->fault.group == GROUP_WRITE && with[REG_RDI] == 2) return false;
    for (size_t i = 0; i < sizeof GROUPS / sizeof *GROUPS; i++)
        for (int k = 0; GROUPS[i].group == faults->fault.group && k < GROUPS[i].count; k++)
            if (GROUPS[i].calls[k] == number) return true;
    return false;
}

static long call_or_fail(long number, const greg_t *registers) {
    greg_t with[NGREG];
    memcpy(with, registers, sizeof with);
    if (!is_counted(number, with) || !fault_is_due()) return call(number, with);
    int error = faults->fault.error;
    if (number == SYS_brk) return call_2(SYS_brk, 0, 0);  // what a refused brk() returns
    if (error > 0) return -error;
    if (error == FAULT_KILL) {
        with[REG_RDX] /= 2;
        if (faults->fault.group == GROUP_WRITE && number != SYS_writev) call(number, with);
        for (;;) call_2(SYS_kill, call_2(SYS_getpid, 0, 0), SIGKILL);
    }
    if (error == FAULT_HALF && atomic_load(&faults->hits) > 1) return -ENOSPC;
    if (error == FAULT_HALF && number != SYS_writev)
        with[REG_RDX] = (with[REG_RDX] + 1) / 2;
    else if (error == FAULT_VANISH)
        call_2(SYS_rename, (long)(intptr_t)faults->folder, (long)(intptr_t)faults->gone);
    else if (number != SYS_writev && with[REG_RDX] > 1)
        with[REG_RDX] = 1;
    return call(number, with);
}

static bool is_line(long number, const greg_t *with, long result) {
    if (number != SYS_write || result <= 0) return false;
    const char *bytes = (const char *)(intptr_t)with[REG_RSI];
    return bytes[result - 1] == '\n' && (call_2(SYS_fcntl, with[REG_RDI], F_GETFL) & O_APPEND) != 0;
}

static void on_call(int signal_number, siginfo_t *info, void *context) {
    (void)signal_number;
    greg_t *registers = ((ucontext_t *)context)->uc_mcontext.gregs;
    long result = call_or_fail(info->si_syscall, registers);
    if (is_line(info->si_syscall, registers, result)) atomic_fetch_add(&faults->lines, 1);
    registers[REG_RAX] = result;
}

// ---- the filter ----

typedef struct {
    uint64_t start, end;
} Range;

static int library_find(struct dl_phdr_info *info, size_t size, void *context) {
    (void)size;
    Range *range = context;
    if (strstr(info->dlpi_name, "/libc.so") == NULL) return 0;
    for (int i = 0; i < info->dlpi_phnum; i++) {
        const ElfW(Phdr) *part = &info->dlpi_phdr[i];
        if (part->p_type != PT_LOAD || (part->p_flags & PF_X) == 0) continue;
        range->start = info->dlpi_addr + part->p_vaddr;
        range->end = range->start + part->p_memsz;
    }
    return 1;
}

typedef struct {
    struct sock_filter code[64];
    unsigned short count;
} Filter;

static void add(Filter *f, unsigned what, uint64_t value, unsigned yes, unsigned no) {
    f->code[f->count++] = (struct sock_filter){(unsigned short)what, (unsigned char)yes,
                                               (unsigned char)no, (unsigned)value};
}

#define LOAD(field, shift) \
    add(f, BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, field) + (shift), 0, 0)
#define ALLOW add(f, BPF_RET | BPF_K, SECCOMP_RET_ALLOW, 0, 0)

// The library lies within one 4 GiB block nearly always; else its calls below the border go free.
static void add_range(Filter *f, Range range) {
    LOAD(instruction_pointer, 4);
    add(f, BPF_JMP | BPF_JEQ | BPF_K, range.end >> 32, 1, 0);
    ALLOW;
    LOAD(instruction_pointer, 0);
    add(f, BPF_JMP | BPF_JGE | BPF_K, range.start & UINT32_MAX, 1, 0);
    ALLOW;
    add(f, BPF_JMP | BPF_JGE | BPF_K, range.end & UINT32_MAX, 0, 1);
    ALLOW;
}

// open() for writing is another group than open() for reading.
static void add_flags(Filter *f, FaultGroup group) {
    const bool creates = group == GROUP_CREATE;
    LOAD(nr, 0);
    add(f, BPF_JMP | BPF_JEQ | BPF_K, SYS_openat, 0, 3);
    LOAD(args[2], 0);
    add(f, BPF_JMP | BPF_JSET | BPF_K, WRITING, creates, !creates);
    ALLOW;
}

static void add_calls(Filter *f, FaultGroup group) {
    for (size_t i = 0; i < sizeof GROUPS / sizeof *GROUPS; i++)
        for (int k = 0; GROUPS[i].group == group && k < GROUPS[i].count; k++) {
            add(f, BPF_JMP | BPF_JEQ | BPF_K, (uint64_t)GROUPS[i].calls[k], 0, 1);
            add(f, BPF_RET | BPF_K, SECCOMP_RET_TRAP, 0, 0);
        }
}

bool fault_calls_watch(void) {
    FaultGroup group = faults->fault.group;
    Range library = {0};
    Filter filter = {.count = 0}, *f = &filter;
    dl_iterate_phdr(library_find, &library);
    add_range(f, library);
    if (group == GROUP_CREATE || group == GROUP_OPEN) add_flags(f, group);
    LOAD(nr, 0);
    add_calls(f, group);
    if (group != GROUP_WRITE) add_calls(f, GROUP_WRITE);  // for the lines of journals
    ALLOW;
    struct sigaction action = {.sa_sigaction = on_call, .sa_flags = SA_SIGINFO | SA_NODEFER};
    struct sock_fprog program = {f->count, f->code};
    return library.end != 0 && sigaction(SIGSYS, &action, NULL) == 0 &&
           prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
           prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}

#else
bool fault_calls_watch(void) { return false; }
#endif
