# explain.gp -- `ouro explain`: garbage by the place where it waits, stacked, and the moment
#
# gnuplot -c explain.gp svg|png OUTPUT AREAS CONTEXT NAMES
#
# What is reachable is a dashed line of its own, from zero: no policy can free it.
TERMINAL = ARG1; OUTPUT = ARG2; AREAS = ARG3; CONTEXT = ARG4; NAMES = ARG5
PLOTS = ARG0[:strlen(ARG0) - strlen("explain.gp")]
set encoding utf8
set datafile separator "\t"
set datafile commentschars ""
set datafile columnheaders
stats CONTEXT every ::0::0 using ( \
    SUBJECT = strcol("title"), MARK = strcol("mark"), MOMENT = column("moment"), \
    END = column("end"), TOP = column("top"), STATUS = strcol("status"), R = column("areas"), \
    CAPTION = strcol("caption"), CAPTION_LINES = column("caption_lines"), 0) nooutput
TITLE = SUBJECT; MODELLED = 0; MEASURED = "-"; COST = ""; N = 1; longest_label = 8
load PLOTS . "style.gp"
R = int(R)

# The colours of garbage.gp.
HUES = "#56B4E9 #009E73 #0072B2 #E69F00 #CC79A7 #D55E00 #000000 #7F7F7F #F0E442"
hue(r) = word(HUES, (r - 1) % 9 + 1)
array NAME[R + 1]
do for [r = 1:R] {
    stats NAMES every ::(r - 1)::(r - 1) using (name = strcol("name"), 0) nooutput
    NAME[r] = name
}

HEIGHT = 470 + caption_height
HEADING = "Why is this garbage still here?"
NOTE = TITLE . (STATUS eq "ok" ? "" : " · " . ending_text(STATUS))
eval figure_open
eval figure_frame
set size 1, 1
set origin 0, 0
set lmargin at screen 70.0 / WIDTH
set rmargin at screen 1 - 30.0 / WIDTH
set tmargin at screen 1 - 122.0 / HEIGHT
set bmargin at screen (caption_height + 52) / HEIGHT
unset key

# The legend over the plot: a swatch for each area, a dash for what is reachable.
left = 0.015 * WIDTH
line = 1 - 76.0 / HEIGHT
do for [r = 1:R] {
    set object r rectangle from screen left / WIDTH, screen line - 6.0 / HEIGHT \
        to screen (left + 22) / WIDTH, screen line + 6.0 / HEIGHT \
        fc rgb hue(r) fs solid 1 noborder
    set label r NAME[r] at screen (left + 30) / WIDTH, screen line left noenhanced \
        font NORMAL tc rgb INK
    left = left + 30 + 7.9 * strlen(NAME[r]) + 26
}
set arrow 50 from screen left / WIDTH, screen line to screen (left + 26) / WIDTH, screen line \
    nohead lc rgb INK lw 2 dt (6, 3)
set label 50 "reachable" at screen (left + 34) / WIDTH, screen line left noenhanced \
    font NORMAL tc rgb INK

clock_unit = count_unit(END)
byte_unit = bytes_unit(TOP)
set xrange [0:max(END, 1) / clock_unit]
set yrange [0:1.08 * TOP / byte_unit]
set tics font SMALL
set grid noxtics ytics
set xlabel sprintf("allocations (%s)", count_name(END)) font SMALL offset 0, 0.4
set label 60 bytes_name(TOP) at graph 0, graph 1 offset -0.9, 0.7 right font SMALL tc rgb INK

# The moment: a line, its text on the side that has room.
x = MOMENT / clock_unit
set arrow 70 from x, graph 0 to x, graph 1 nohead front lc rgb WARN lw 1.5 dt "-"
if (MOMENT > END / 2) {
    set label 70 MARK at x, graph 1 right offset -0.3, 0.7 noenhanced font BOLD tc rgb WARN
} else {
    set label 70 MARK at x, graph 1 left offset 0.3, 0.7 noenhanced font BOLD tc rgb WARN
}

if (R > 0) {
    plot for [r = R:1:-1] AREAS \
        using (column(1) / clock_unit):((sum [k = 3:r + 2] column(k)) / byte_unit) \
        with filledcurves y1=0 fc rgb hue(r) notitle, \
        AREAS using (column(1) / clock_unit):(column(2) / byte_unit) \
        with lines lc rgb INK lw 2 dt (6, 3) notitle
} else {
    plot AREAS using (column(1) / clock_unit):(column(2) / byte_unit) \
        with lines lc rgb INK lw 2 dt (6, 3) notitle
}
