# policies.gp -- what the figures of a comparison know: the policies, and what concerns all of them
#
# A figure names its arguments (gnuplot hides them from a file that is loaded), LIST and CONTEXT
# among them, and says whether it shows modelled times (MODELLED); then it loads this file and
# style.gp.

set encoding utf8
set datafile separator "\t"
set datafile commentschars ""
set datafile columnheaders

# --- the policies: one row of LIST each; what concerns all of them: the one row of CONTEXT --------

stats LIST using (strcol("label"), 0) nooutput
N = int(STATS_records)
array LABEL[N]
array STATUS[N]         # ok, oom, timeout
array TIMELINE[N]       # files ...
array PERCENTILES[N]
array MMU[N]
array STACK[N]
array PAUSES[N]         # 0: the policy never collected
array END_CLOCK[N]
array END_HELD[N]
array PEAK_HELD[N]
array GC_NS[N]
array FRONT[N]          # 1: no finished run beats this one in both memory and time
array KNEE[N]           # 1: where more of one begins to buy little of the other
array FLOOR[N]          # 1: not a collector but the least that is possible; not ranked
array ZOOM[N]           # by how much garbage.gp magnifies this policy's panel
longest_label = 1
do for [i = 1:N] {
    stats LIST every ::(i - 1)::(i - 1) using ( \
        label = strcol("label"), status = strcol("status"), timeline = strcol("timeline"), \
        percentiles = strcol("percentiles"), mmu = strcol("mmu"), stack = strcol("stack"), \
        pauses = column("pauses"), end_clock = column("end_clock"), end_held = column("end_held"), \
        peak_held = column("peak_held"), gc_ns = column("gc_ns"), front = column("front"), \
        zoom = column("zoom"), floor_row = column("floor"), \
        knee = column("knee"), 0) nooutput
    LABEL[i] = label
    STATUS[i] = status
    TIMELINE[i] = timeline
    PERCENTILES[i] = percentiles
    MMU[i] = mmu
    STACK[i] = stack
    PAUSES[i] = pauses
    END_CLOCK[i] = end_clock
    END_HELD[i] = end_held
    PEAK_HELD[i] = peak_held
    GC_NS[i] = gc_ns
    FRONT[i] = front
    ZOOM[i] = zoom
    FLOOR[i] = floor_row
    KNEE[i] = knee
    if (strlen(label) > longest_label) { longest_label = strlen(label) }
}
stats CONTEXT every ::0::0 using ( \
    TITLE = strcol("title"), COST = strcol("cost_model"), MEASURED = strcol("measured"), \
    CAPTION = strcol("caption"), \
    CAPTION_LINES = column("caption_lines"), LIMIT = column("limit_bytes"), \
    LONGEST = column("longest"), CLOCK_TOP = column("clock_top"), HELD_TOP = column("held_top"), \
    GARBAGE_TOP = column("garbage_top"), PAUSE_MIN = column("pause_min"), \
    PAUSE_MAX = column("pause_max"), RAREST = column("rarest"), \
    WINDOW_MIN = column("window_min"), WINDOW_MAX = column("window_max"), \
    PHASES = column("phases"), REASONS = column("reasons"), 0) nooutput
