# spread.gp -- peak, time and pauses by family of policies: a tick per cell, a dot for the median
#
# gnuplot -c spread.gp svg|png OUTPUT CELLS CONTEXT LABELS
TERMINAL = ARG1; OUTPUT = ARG2; CELLS = ARG3; CONTEXT = ARG4; LABELS = ARG5
PLOTS = ARG0[:strlen(ARG0) - strlen("spread.gp")]
load PLOTS . "cells.gp"
load PLOTS . "style.gp"
MODELLED = 1

NOTE = TITLE . " · further left is better" . \
    (LEFT_OUT > 0 ? " · some policies have no room here" : "")

kind = "row"; eval labels_read
# A long name is cut: the table of the page has all of it.
names_room = min(30 + 8.4 * longest_text, 330.0)
letters = int((names_room - 30) / 8.4)
short(text) = strlen(text) > letters ? text[1:letters - 1] . "…" : text

row_height = 34.0
HEIGHT = 66 + 34 + row_height * GROUPS + 48 + caption_height
eval figure_open
eval figure_frame
set size 1, 1
set origin 0, 0

array PANEL[3] = ["peak held / floor", "total time / ideal", "99 % of pauses are shorter than"]
array MEASURE[3] = ["peak", "time", "p99"]
array LEAST[3]
array MOST[3]
do for [k = 1:3] {
    stats CELLS using (column(MEASURE[k]) > 0 ? column(MEASURE[k]) : NaN) nooutput
    LEAST[k] = STATS_records > 0 ? STATS_min : 1000
    MOST[k] = STATS_records > 0 ? STATS_max : 2000
}
set yrange [GROUPS - 0.5:-0.5]
set border 1 lc rgb FAINT
unset key
set tics font SMALL
set multiplot
panel_width = (WIDTH - names_room - 20) / 3
do for [k = 1:3] {
    set lmargin at screen (names_room + panel_width * (k - 1) + 10) / WIDTH
    set rmargin at screen (names_room + panel_width * k - 30) / WIDTH
    set tmargin at screen 1 - 98.0 / HEIGHT
    set bmargin at screen (caption_height + 46) / HEIGHT
    unset logscale x
    least = LEAST[k]; most = MOST[k]
    set xtics ()
    if (k < 3) {
        # Permille, from 1 on.
        from = min(1000, least); to = max(most * 1.05, 1100)
        if (to > 6000) { set logscale x; from = from * 0.93 }
        set xrange [from:to]
        steps = to > 6000 ? "1 2 5 10 20 50 100 200 500 1000" : to > 3000 ? "1 2 3 4 5 6" : \
            to > 1800 ? "1 1.5 2 2.5 3" : "1 1.2 1.4 1.6 1.8"
        do for [s in steps] { set xtics add (s . "×" 1000 * s) }
    } else {
        set logscale x
        from = least / 1.5; to = most * 1.5
        set xrange [from:to]
        wide = to / from > 3000
        do for [e = 0:12] {
            if (!wide || e % 2 == 0) { set xtics add (ns_text(10.0 ** e) 10.0 ** e) }
        }
        if (to / from < 30) {
            do for [e = 0:12] { do for [m in "2 5"] {
                set xtics add (ns_text(m * 10.0 ** e) m * 10.0 ** e) } }
        }
    }
    set ytics ()
    do for [i = 1:GROUPS] { set ytics add ((k == 1 ? short(WORD[i]) : "") i - 1) }
    set ytics scale 0 font NORMAL
    set grid xtics ytics
    set label 900 PANEL[k] at graph 0, graph 1 offset 0, 1 left noenhanced font BOLD tc rgb INK
    measured_at(wanted) = column("median") == wanted && column(MEASURE[k]) > 0 ? \
        column(MEASURE[k]) : NaN
    plot CELLS using (measured_at(0)):(column("row")):(0):(0.28) \
             with boxxyerror fs empty border rgb "#0072B2" lw 1.2 dt 1, \
         CELLS using (measured_at(1)):(column("row")) with points pt 7 ps 1.1 lc rgb "#D55E00"
    if (k == 1) { do for [i = 1001:1003] { unset label i } }
}
unset multiplot
