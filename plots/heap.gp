# heap.gp -- memory held over the allocation clock, one line per policy, above what is reachable
#
# gnuplot -c heap.gp svg|png OUTPUT LIST CONTEXT PHASE_LIST
TERMINAL = ARG1; OUTPUT = ARG2; LIST = ARG3; CONTEXT = ARG4; PHASE_LIST = ARG5
MODELLED = 0
PLOTS = ARG0[:strlen(ARG0) - strlen("heap.gp")]
load PLOTS . "policies.gp"
load PLOTS . "style.gp"

HEADING = "Memory held over the allocation clock"
NOTE = TITLE

NAMED_ENDS = 6
unfinished = 0
do for [i = 1:N] { unfinished = unfinished + (STATUS[i] ne "ok") }
room = unfinished == 0 ? 1.06 : 1.1 + 0.06 * min(unfinished, NAMED_ENDS)

clock_unit = count_unit(CLOCK_TOP)
byte_unit = bytes_unit(HELD_TOP)

HEIGHT = 640 + legend_height
eval figure_open
eval figure_frame

set xrange [0:CLOCK_TOP / clock_unit]
set yrange [0:room * HELD_TOP / byte_unit]
set xlabel sprintf("allocations (%s)", count_name(CLOCK_TOP))
set ylabel sprintf("memory held (%s)", bytes_name(HELD_TOP))
set grid noxtics

# Phases: a light vertical at each start, and its name where there is room for it.
name_width(name) = 7.5 * strlen(name) / 780 * CLOCK_TOP
do for [k = 1:PHASES] {
    stats PHASE_LIST every ::(k - 1)::(k - 1) \
        using (name = strcol("phase"), start = column("clock"), 0) nooutput
    end = CLOCK_TOP
    if (k < PHASES) {
        stats PHASE_LIST every ::k::k using (end = column("clock"), 0) nooutput
    }
    if (start > 0 && start < CLOCK_TOP) {
        set arrow from start / clock_unit, graph 0 to start / clock_unit, graph 1 \
            nohead back lc rgb "#BFBFBF" lw 1
    }
    if (start < CLOCK_TOP && end - start > name_width(name)) {
        set label name at start / clock_unit, graph 1 offset 0.2, 0.6 left noenhanced \
            font SMALL tc rgb FAINT
    }
}

if (LIMIT > 0) {
    set arrow from graph 0, first LIMIT / byte_unit to graph 1, first LIMIT / byte_unit nohead \
        lc rgb WARN lw 1.5 dt "-" back
}

# A run that did not finish ends in a cross; its name stands above, one line per run.
ends = 0
do for [i = 1:N] {
    if (STATUS[i] ne "ok" && unfinished <= NAMED_ENDS) {
        ending = LABEL[i] . ": " . ending_text(STATUS[i])
        if (END_CLOCK[i] < 0.7 * CLOCK_TOP) {
            set label ending at END_CLOCK[i] / clock_unit, END_HELD[i] / byte_unit \
                left offset 0.9, 0.9 + 1.15 * ends front noenhanced tc rgb colour(i) font BOLD
        } else {
            set label ending at END_CLOCK[i] / clock_unit, END_HELD[i] / byte_unit \
                right offset -0.9, 0.9 + 1.15 * ends front noenhanced tc rgb colour(i) font BOLD
        }
        ends = ends + 1
    }
}

plot for [i = 1:N] TIMELINE[i] \
         using (column("clock") / clock_unit):(column("held_bytes") / byte_unit) \
         with lines lt i title LABEL[i], \
     for [i = 1:N] (measured ? TIMELINE[i] : LIST) \
         using (measured ? column("clock") / clock_unit : NaN): \
               (measured ? column("rss_bytes") / byte_unit : NaN) \
         with lines lt i dt RESIDENT lw 1.5 notitle, \
     NaN with lines lc rgb INK dt 1 title (measured ? "held (measured)" : ""), \
     NaN with lines lc rgb INK dt RESIDENT lw 1.5 title (measured ? "resident (measured)" : ""), \
     TIMELINE[LONGEST] \
         using (column("clock") / clock_unit):(column("reachable_bytes") / byte_unit) \
         with lines lc rgb INK lw 1.5 dt "-" title "reachable (same for all)", \
     (LIMIT > 0 ? LIMIT / byte_unit : NaN) with lines lc rgb WARN lw 1.5 dt "-" \
         title (LIMIT > 0 ? "memory limit" : ""), \
     for [i = 1:N] LIST every ::(i - 1)::(i - 1) \
         using (STATUS[i] eq "ok" ? NaN : END_CLOCK[i] / clock_unit):(END_HELD[i] / byte_unit) \
         with points pt 2 ps 1.6 lw 3 lc rgb colour(i) notitle
