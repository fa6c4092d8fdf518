# front.gp -- memory against time over all cells: the front, its names, its knee
#
# gnuplot -c front.gp svg|png OUTPUT CELLS CONTEXT LABELS
#
# Numbers stand in the plane and names below, for there may be thousands of points.
TERMINAL = ARG1; OUTPUT = ARG2; CELLS = ARG3; CONTEXT = ARG4; LABELS = ARG5
PLOTS = ARG0[:strlen(ARG0) - strlen("front.gp")]
load PLOTS . "cells.gp"
load PLOTS . "style.gp"
MODELLED = 1
relative = X_COUNT == 1

NOTE = TITLE . " · down and left is better" . \
    (relative ? " · means over all settings" : "")

kind = "front"; eval labels_read
named = GROUPS    # numbers that have a name below
list_columns = WORDS > 4 && 8.2 * longest_text + 60 < WIDTH / 2 ? 2 : 1
list_rows = ceil(1.0 * WORDS / list_columns)
list_height = 20.0 * list_rows + 14
HEIGHT = 652 + list_height
eval figure_open
eval figure_frame
set size 1, 1
set origin 0, 0
set lmargin at screen 116.0 / WIDTH
set rmargin at screen (WIDTH - 30.0) / WIDTH
set tmargin at screen (HEIGHT - 74.0) / HEIGHT
set bmargin at screen (84.0 + caption_height + list_height) / HEIGHT

stats CELLS using (column("memory")) nooutput
least_memory = max(STATS_min, 1); most_memory = max(STATS_max, 2)
stats CELLS using (column("time") > 0 ? column("time") : NaN) nooutput
never = STATS_records == 0
least_time = never ? 1e6 : STATS_min
most_time = never ? 1e7 : STATS_max
low = least_time / 1.3; high = most_time * 1.3
# Who never collected sits at the foot.
foot = low / (high / low) ** 0.06
stats CELLS using (column("time")) nooutput
zeros = STATS_min == 0

set logscale xy
set xrange [least_memory / 1.06:most_memory * 1.06]
set yrange [(zeros ? foot / (high / low) ** 0.03 : low):high]
set xtics (); set ytics ()
if (relative) {
    set xlabel "peak held / floor, mean over the settings"
    y_title = "total time / ideal, mean over the settings"
    do for [e = 3:7] { do for [m in "1 1.2 1.5 2 3 5"] {
        at = m * 10.0 ** e
        set xtics add (sprintf("%g×", at / 1000) at)
        set ytics add (sprintf("%g×", at / 1000) at)
    } }
} else {
    set xlabel sprintf("peak memory held")
    y_title = "collector time, all pauses (modelled)"
    if (most_memory / least_memory > 8) {
        do for [e = 0:13] { do for [m in "1 4"] {
            set xtics add (bytes_text(m * 4.0 ** (2 * e)) m * 4.0 ** (2 * e)) } }
    } else {
        # Round figures, some five of them.
        unit = bytes_unit(most_memory)
        raw = max(most_memory - least_memory, 0.05 * most_memory) / unit / 5
        decade = 10.0 ** floor(log10(raw))
        step = decade * (raw / decade > 5 ? 10 : raw / decade > 2 ? 5 : raw / decade > 1 ? 2 : 1)
        do for [k = floor(least_memory / unit / step):ceil(most_memory / unit / step)] {
            set xtics add (sprintf("%g %s", k * step, bytes_name(most_memory)) k * step * unit)
        }
    }
    eval ns_ytics
    if (zeros) { set ytics add ("never" foot) }
}

# Not a ylabel: the SVG terminal would push it off the sheet.
set label 990 y_title at screen 18.0 / WIDTH, graph 0.5 \
    center rotate by 90 noenhanced tc rgb INK

do for [i = 1:WORDS] {
    set label i WORD[i] \
        at screen (20.0 + ((i - 1) / list_rows) * (WIDTH - 40) / 2) / WIDTH, \
           screen (caption_height + list_height - 12.0 - 20 * ((i - 1) % list_rows)) / HEIGHT \
        left noenhanced font NORMAL tc rgb INK
}
set key at screen (WIDTH - 20.0) / WIDTH, screen (HEIGHT - 10.0) / HEIGHT \
    right top vertical maxrows 1 Left reverse width -3 samplen 2

time_at(v) = v > 0 ? v : foot
is(name) = column(name) == 1
plain(v) = is("front") || is("floor") || !is("finished") ? NaN : v
plot CELLS using (plain(column("memory"))):(time_at(column("time"))) \
         with points pt 7 ps 0.7 lc rgb "#909090" notitle, \
     CELLS using (is("finished") ? NaN : column("memory")):(time_at(column("time"))) \
         with points pt 2 ps 1.1 lw 2 lc rgb WARN notitle, \
     CELLS using (is("floor") ? column("memory") : NaN):(time_at(column("time"))) \
         with points pt 12 ps 1.6 lw 2 lc rgb "#0072B2" notitle, \
     CELLS every ::0 using (is("front") ? column("memory") : 1 / 0):(time_at(column("time"))) \
         with steps lc rgb "#009E73" dt 1 lw 2 notitle, \
     CELLS using (is("front") ? column("memory") : NaN):(time_at(column("time"))) \
         with points pt 7 ps 1.3 lc rgb "#007A5A" notitle, \
     CELLS using (is("knee") ? column("memory") : NaN):(time_at(column("time"))) \
         with points pt 6 ps 2.4 lw 2 lc rgb "#D55E00" notitle, \
     CELLS using (column("number") > 0 && column("number") <= named ? column("memory") : NaN) \
         :(time_at(column("time"))):(sprintf("%d", column("number"))) \
         with labels noenhanced offset -1, -0.9 font BOLD tc rgb INK notitle, \
     keyentry with linespoints pt 7 ps 1.3 lw 2 dt 1 lc rgb "#009E73" title "front", \
     keyentry with points pt 6 ps 2.4 lw 2 lc rgb "#D55E00" title "knee", \
     keyentry with points pt 7 ps 0.7 lc rgb "#909090" title "beaten", \
     keyentry with points pt 12 ps 1.6 lw 2 lc rgb "#0072B2" title "floor", \
     keyentry with points pt 2 ps 1.1 lw 2 lc rgb WARN title "did not finish"
