# heat.gp -- one metric over two swept axes, a panel per policy and per value of further axes
#
# gnuplot -c heat.gp svg|png OUTPUT CELLS CONTEXT LABELS
TERMINAL = ARG1; OUTPUT = ARG2; CELLS = ARG3; CONTEXT = ARG4; LABELS = ARG5
PLOTS = ARG0[:strlen(ARG0) - strlen("heat.gp")]
load PLOTS . "cells.gp"
load PLOTS . "style.gp"

stats CELLS using (column("best")) nooutput
NOTE = TITLE . (STATS_sum > 0 ? " · a frame marks the best policy for a program" : "") . \
    (LEFT_OUT > 0 ? " · some panels have no room here" : "")

kind = "panel"; eval labels_read
array PANEL[GROUPS]
do for [k = 1:GROUPS] { PANEL[k] = WORD[k] }
kind = "y"; eval labels_read
array Y_TEXT[Y_COUNT]
do for [k = 1:Y_COUNT] { Y_TEXT[k] = WORD[k] }
longest_y = longest_text
kind = "x"; eval labels_read
array X_TEXT[X_COUNT]
do for [k = 1:X_COUNT] { X_TEXT[k] = WORD[k] }
longest_x = longest_text

# As many panels beside each other as leave room for figures in the cells; else three.
scale_width = 130.0
y_room = 34 + 8.4 * longest_y
width_of(columns) = (WIDTH - 24.0 - scale_width) / columns - y_room - 14
columns = 0
do for [k = 1:min(3, GROUPS)] { if (width_of(k) / X_COUNT > 62) { columns = k } }
if (columns == 0) { columns = min(3, GROUPS) }
rows = ceil(1.0 * GROUPS / columns)
cell_width = (WIDTH - 24.0 - scale_width) / columns
plane_width = width_of(columns)
turned = 8.4 * longest_x > plane_width / X_COUNT - 6
x_room = turned ? 22 + 6.5 * longest_x : 30
plane_height = min(rows == 1 ? 400.0 : 260.0, max(110.0, 56.0 * Y_COUNT))
row_height = plane_height + x_room + 62
HEIGHT = 66 + row_height * rows + 8 + caption_height
eval figure_open
eval figure_frame
set size 1, 1
set origin 0, 0

# One scale for all panels, logarithmic where it spans more than a factor of four.
top_value = HIGH > LOW ? HIGH : LOW * 1.01 + 1
logarithmic = HIGH > 4 * LOW
if (logarithmic) { set logscale cb }
set cbrange [LOW:top_value]
set palette defined (0 "#FDF6D8", 0.3 "#B5DDB4", 0.6 "#4FA9B8", 0.85 "#24648F", 1 "#162F5C")
shade(v) = logarithmic ? log(v / LOW) / log(top_value / LOW) : (v - LOW) / (top_value - LOW)
on_shade(v) = shade(v) > 0.66 ? 0xFFFFFF : 0x1A1A1A
set colorbox user origin (WIDTH - 118.0) / WIDTH, (HEIGHT - 66 - 34 - plane_height) / HEIGHT \
    size 22.0 / WIDTH, plane_height / HEIGHT noborder
set cbtics ()
do for [k = 0:4] {
    at = logarithmic ? LOW * (top_value / LOW) ** (k / 4.0) : LOW + (top_value - LOW) * k / 4.0
    set cbtics add (unit_text(UNIT, at) at)
}
set cbtics scale 0.5 font SMALL textcolor rgb INK

unset key
set grid noxtics noytics
set border 0
set tics scale 0 font SMALL
set xrange [-0.5:X_COUNT - 0.5]
set yrange [-0.5:Y_COUNT - 0.5]
set xtics () ; set ytics ()
# Few enough to be read: of many values every second, third ...
x_step = turned ? ceil(24.0 * X_COUNT / plane_width) : 1
y_step = ceil(15.0 * Y_COUNT / plane_height)
if (turned) { set xtics rotate by -40 left offset -0.5, 0 } else { set xtics norotate center }
do for [k = 1:X_COUNT:x_step] { set xtics add (X_TEXT[k] k - 1) }
do for [k = 1:Y_COUNT:y_step] { set ytics add (Y_TEXT[k] k - 1) }

written = plane_width / X_COUNT > 62 && plane_height / Y_COUNT > 17
set multiplot
do for [i = 1:GROUPS] {
    x = 14 + cell_width * ((i - 1) % columns)
    y = HEIGHT - 66 - row_height * ((i - 1) / columns)
    set lmargin at screen (x + y_room) / WIDTH
    set rmargin at screen (x + cell_width - 14) / WIDTH
    set tmargin at screen (y - 34) / HEIGHT
    set bmargin at screen (y - 34 - plane_height) / HEIGHT
    set label 900 PANEL[i] at screen (x + y_room) / WIDTH, screen (y - 20) / HEIGHT left \
        noenhanced font BOLD tc rgb INK
    set label 901 Y_NAME at screen (x + 8) / WIDTH, screen (y - 34 - plane_height / 2) / HEIGHT \
        center rotate by 90 noenhanced font SMALL tc rgb INK
    set label 902 X_NAME at screen (x + y_room + plane_width / 2) / WIDTH, \
        screen (y - 34 - plane_height - x_room - 8) / HEIGHT center noenhanced font SMALL tc rgb INK
    here(x) = column("panel") == i - 1 ? x : NaN
    plot CELLS using (here(column("x"))):(column("y")):(0.49):(0.485) \
             with boxxyerror fs solid 1 noborder fc rgb "#E3E3E3", \
         CELLS using (column("finished") == 1 ? here(column("x")) : NaN):(column("y")) \
             :(0.49):(0.485):(max(column("value"), LOW)) \
             with boxxyerror fs solid 1 noborder fc palette, \
         CELLS using (column("best") == 1 ? here(column("x")) : NaN):(column("y")):(0.46):(0.45) \
             with boxxyerror fs empty border rgb "#D55E00" lw 3.5 dt 1, \
         CELLS using (written || column("finished") == 0 ? here(column("x")) : NaN):(column("y")) \
             :(strcol("text")) \
             :(column("finished") == 1 ? on_shade(max(column("value"), LOW)) : 0xB00020) \
             with labels noenhanced font SMALL tc rgb variable
    unset colorbox
    if (i == 1) { do for [k = 1001:1003] { unset label k } }
}
unset multiplot
