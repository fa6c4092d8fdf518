# survival.gp -- `ouro trace survival`: what young collections find, by their threshold
#
# gnuplot -c survival.gp svg|png OUTPUT POINTS CONTEXT
#
# Above: of the objects that a collection looks at, the share that survives. Below: how many objects
# all of them look at, which is their cost.
TERMINAL = ARG1; OUTPUT = ARG2; POINTS = ARG3; CONTEXT = ARG4
PLOTS = ARG0[:strlen(ARG0) - strlen("survival.gp")]
set encoding utf8
set datafile separator "\t"
set datafile commentschars ""
set datafile columnheaders
stats CONTEXT every ::0::0 using (SUBJECT = strcol("title"), RECORDED = column("recorded"), \
    CAPTION = strcol("caption"), CAPTION_LINES = column("caption_lines"), 0) nooutput
TITLE = SUBJECT; MODELLED = 0; MEASURED = "-"; COST = ""; N = 1; longest_label = 8
load PLOTS . "style.gp"
stats POINTS using (column("candidates")) nooutput
TOP = max(STATS_max, 1)

HEIGHT = 560 + caption_height
HEADING = "What survives a young collection, by its threshold"
NOTE = strlen(TITLE) > 110 ? TITLE[1:109] . "…" : TITLE
eval figure_open
eval figure_frame
set multiplot
set lmargin at screen 70.0 / WIDTH
set rmargin at screen 1 - 30.0 / WIDTH
unset key
set logscale x
set xrange [100:1000000]
set tics font SMALL
set grid noxtics ytics
set format x ""
bottom = caption_height + 52.0
middle = bottom + (HEIGHT - 108.0 - bottom) / 2

set tmargin at screen 1 - 108.0 / HEIGHT
set bmargin at screen (middle + 22) / HEIGHT
set yrange [0:100]
set label 1 "survive, %" at graph 0, graph 1 offset 0, 0.8 left font BOLD tc rgb INK
if (RECORDED >= 100) {
    set arrow 1 from RECORDED, graph 0 to RECORDED, graph 1 nohead lc rgb FAINT dt "-"
    set label 2 "recorded" at RECORDED, graph 1 offset 0.4, -0.8 left font SMALL tc rgb FAINT
}
share(some, all) = all > 0 ? 100.0 * some / all : NaN
plot POINTS using 1:(share(column("survivors"), column("candidates"))) \
    with linespoints lc rgb word(COLOURS, 3) lw 2 pt 7 ps 0.5

unset label 2
set tmargin at screen (middle - 22) / HEIGHT
set bmargin at screen bottom / HEIGHT
unit = count_unit(TOP)
set yrange [0:1.08 * TOP / unit]
set format x "%.0f"
set xlabel "threshold of the young generation" font SMALL offset 0, 0.4
set label 1 sprintf("objects looked at in all, %s", count_name(TOP))
plot POINTS using 1:(column("candidates") / unit) \
    with linespoints lc rgb word(COLOURS, 2) lw 2 pt 7 ps 0.5
unset multiplot
