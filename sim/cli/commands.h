// commands.h -- the subcommands: name, entry, one line
#ifndef OURO_COMMANDS_H
#define OURO_COMMANDS_H

// argv[0] is the command's name. Returns the exit code.
#define COMMANDS(X)                                                                        \
    X(run, "one workload under one policy")                                                \
    X(compare, "one workload under several policies, side by side")                        \
    X(explain, "why is this garbage still here? a census of one moment")                   \
    X(sweep, "thousands of runs: workloads x policies x values, resumable")                \
    X(results, "the rows of sweeps: checked, merged, exported")                            \
    X(gate, "results against a baseline: is anything worse?")                              \
    X(advise, "the cheapest policy within limits of pause and memory")                     \
    X(minheap, "how little memory will do: the smallest limit of each policy")             \
    X(report, "figures and a page for a directory of results")                             \
    X(verify, "the simulator against real CPython interpreters, collection by collection") \
    X(record, "a real Python program, as it runs, into a trace")                           \
    X(trace, "what a trace says, and a workload that resembles it")                        \
    X(calibrate, "prices of collections on this machine, measured on a real interpreter")  \
    X(bench, "how fast: the simulator side by side with a real interpreter")               \
    X(list, "policies, workloads or metrics")                                              \
    X(help, "what workloads, sweep files and rules can say, events, the gate's states")

#define X(name, what) int name##_command(int argc, char **argv);
COMMANDS(X)
#undef X

#endif
