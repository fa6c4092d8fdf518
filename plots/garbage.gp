# garbage.gp -- garbage by the reason why it waits: stacked areas, one panel per policy
#
# gnuplot -c garbage.gp svg|png OUTPUT LIST CONTEXT REASON_LIST
#
# All panels share one scale; where that would leave nothing to see, a panel is magnified, and says
# so.
TERMINAL = ARG1; OUTPUT = ARG2; LIST = ARG3; CONTEXT = ARG4; REASON_LIST = ARG5
MODELLED = 0
PLOTS = ARG0[:strlen(ARG0) - strlen("garbage.gp")]
load PLOTS . "policies.gp"
load PLOTS . "style.gp"

HEADING = "Garbage by the reason why it waits"
NOTE = TITLE . " · one scale for all panels, except where a panel says that it is magnified"

R = int(REASONS)
array REASON[max(R, 1)]
do for [r = 1:R] {
    stats REASON_LIST every ::(r - 1)::(r - 1) using (reason = strcol("reason"), 0) nooutput
    REASON[r] = reason
}
AREAS = "#56B4E9 #009E73 #0072B2 #E69F00 #CC79A7 #D55E00 #000000 #7F7F7F #F0E442"
area(r) = word(AREAS, (r - 1) % 9 + 1)

# A panel must be wide enough for its name, "out of memory" and "magnified 100×" beside each other.
columns = N == 1 ? 1 : N <= 4 ? 2 : N <= 9 ? 3 : 4
columns = max(1, min(columns, floor((WIDTH - 30) / (7.8 * longest_label + 190))))
rows = ceil(1.0 * N / columns)
legend = 34.0
row_height = rows == 1 ? 480 : rows == 2 ? 270 : 215
HEIGHT = 62 + legend + row_height * rows + 22 + caption_height
eval figure_open
eval figure_frame
set size 1, 1
set origin 0, 0

clock_unit = count_unit(CLOCK_TOP)
byte_unit = bytes_unit(GARBAGE_TOP)

# The legend, once, over the panels.
left = 0.015 * WIDTH
do for [r = 1:R] {
    swatch = 1 - 74.0 / HEIGHT
    set object r rectangle from screen left / WIDTH, screen swatch - 6.0 / HEIGHT \
        to screen (left + 22) / WIDTH, screen swatch + 6.0 / HEIGHT \
        fc rgb area(r) fs solid 1 noborder
    set label r REASON[r] at screen (left + 30) / WIDTH, screen swatch \
        left noenhanced font NORMAL tc rgb INK
    left = left + 30 + 7.9 * strlen(REASON[r]) + 26
}
if (R == 0) {
    set label 1 "no garbage waited in any run" at screen left / WIDTH, screen 1 - 74.0 / HEIGHT left
}

set xrange [0:CLOCK_TOP / clock_unit]
set tics font SMALL
set xtics autofreq
set grid noxtics ytics
unset key

cell_width = (WIDTH - 30.0) / columns
cell_height = 1.0 * row_height
set multiplot
do for [i = 1:N] {
    x = 10 + cell_width * ((i - 1) % columns)
    y = HEIGHT - 62 - legend - cell_height * ((i - 1) / columns)
    set lmargin at screen (x + 58) / WIDTH
    set rmargin at screen (x + cell_width - 8) / WIDTH
    set tmargin at screen (y - 30) / HEIGHT
    set bmargin at screen (y - cell_height + 42) / HEIGHT
    set yrange [0:1.05 * GARBAGE_TOP / ZOOM[i] / byte_unit]
    set ytics autofreq
    set xlabel (i + columns > N ? sprintf("allocations (%s)", count_name(CLOCK_TOP)) : "") \
        font SMALL offset 0, 0.6
    set label 902 bytes_name(GARBAGE_TOP) at graph 0, graph 1 offset -0.9, 0.7 \
        right font SMALL tc rgb INK
    ending = STATUS[i] eq "ok" ? "" : " · " . ending_text(STATUS[i])
    set label 900 LABEL[i] . ending at graph 0, graph 1 offset 0, 0.7 \
        left noenhanced font BOLD tc rgb INK
    if (ZOOM[i] > 1) {
        set label 901 sprintf("magnified %g×", ZOOM[i]) at graph 1, graph 1 offset 0, 0.7 \
            right noenhanced font SLANT tc rgb WARN
    } else {
        unset label 901
    }
    ended = END_CLOCK[i] / clock_unit
    if (STATUS[i] ne "ok") {
        set arrow 1 from ended, graph 0 to ended, graph 1 nohead lc rgb WARN lw 1.5 dt "-"
    } else {
        unset arrow 1
    }
    if (R > 0) {
        plot for [r = R:1:-1] STACK[i] \
            using (column(1) / clock_unit):((sum [k = 2:r + 1] column(k)) / byte_unit) \
            with filledcurves y1=0 fc rgb area(r) notitle
    } else {
        plot NaN notitle
    }
    if (i == 1) {
        do for [k = 1001:1003] { unset label k }
        do for [r = 1:R] { unset object r; unset label r }
        if (R == 0) { unset label 1 }
    }
}
unset multiplot
