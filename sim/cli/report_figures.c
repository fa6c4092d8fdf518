// report_figures.c -- the figures of a report: which there are, and drawing them
#include "report_figures.h"

#include <stdio.h>

#include "report_gnuplot.h"

const Figure FIGURES[] = {
    {"heap",
     "figures/data/phases.tsv",
     "Memory held over the allocation clock",
     "Each line is what obmalloc holds under one policy; the dashed line below is what the program "
     "can "
     "still reach, the floor for all of them. The sawtooth between the two is the policy. A cross "
     "marks "
     "where a run ended before its time.",
     "Held is what the real allocator held; the dotted line of the same colour is resident memory "
     "above that at the start, the tables of the event generator included.",
     false,
     {NULL}},
    {"pauses",
     NULL,
     "Pauses by percentile",
     "Follow a line to the right to see ever rarer pauses: at 99 % one pause in a hundred is "
     "longer. Both "
     "axes are logarithmic, so a straight rise is a heavy tail, and the right end is the longest "
     "pause.",
     "Full lines are measured; the broken line of the same colour is what the model predicts for "
     "the "
     "same collections.",
     true,
     {NULL}},
    {"mmu",
     NULL,
     "Minimum mutator utilization",
     "MMU is the share of time that the program keeps in the worst window of the given length. A "
     "line "
     "leaves "
     "zero at the longest pause (back-to-back pauses count as one); higher and further left is "
     "better. Dotted: BMU, which holds for all longer windows as well, where that is less.",
     NULL,
     true,
     {NULL}},
    {"garbage",
     "figures/data/reasons.tsv",
     "Garbage by the reason why it waits",
     "Dead but not freed bytes, stacked by what they wait for: a generation that has not been "
     "collected, "
     "a frozen or separate space, or older garbage that refers to them. Panels share one scale "
     "unless "
     "one says that it is magnified.",
     NULL,
     false,
     {NULL}},
    {"pareto",
     NULL,
     "Memory against collector time",
     "Down and left is better. Policies on the front are beaten by no other in both memory and "
     "time; "
     "crossed circles did not finish, so that their figures cover only the part they ran.",
     NULL,
     true,
     {"peak_held_bytes", "pause_ns_total"}},
};
const size_t FIGURE_COUNT = ARRAY_LENGTH(FIGURES);

const char *figure_lacks(const Figure *figure, const ReportData *data) {
    for (size_t i = 0; i < ARRAY_LENGTH(figure->needs); i++)
        if (figure->needs[i] != NULL && tsv_column(&data->summary, figure->needs[i]) < 0)
            return figure->needs[i];
    return NULL;
}

bool figures_draw(const ReportData *data, Error *error) {
    static const char *const folders[] = {"figures/data/stack", NULL};
    Drawing drawings[ARRAY_LENGTH(FIGURES)];
    size_t count = 0;
    for (size_t i = 0; i < FIGURE_COUNT; i++) {
        if (figure_lacks(&FIGURES[i], data) != NULL) continue;
        drawings[count] = (Drawing){
            .script = FIGURES[i].name,
            .tables = {"figures/data/policies.tsv", "figures/data/context.tsv", FIGURES[i].extra}};
        snprintf(drawings[count++].name, DRAWING_NAME_SIZE, "%s", FIGURES[i].name);
    }
    return figure_folders_make(data->dir, folders, error) && figure_tables_write(data, error) &&
           drawings_run(data->dir, drawings, count, error);
}
