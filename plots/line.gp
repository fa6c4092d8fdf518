# line.gp -- one metric over one swept axis, a line per family of policies
#
# gnuplot -c line.gp svg|png OUTPUT CELLS CONTEXT LABELS
TERMINAL = ARG1; OUTPUT = ARG2; CELLS = ARG3; CONTEXT = ARG4; LABELS = ARG5
PLOTS = ARG0[:strlen(ARG0) - strlen("line.gp")]
load PLOTS . "cells.gp"
kind = "line"; eval labels_read
N = GROUPS
longest_label = longest_text
array LABEL[N]
do for [k = 1:N] { LABEL[k] = WORD[k] }
kind = "x"; eval labels_read
load PLOTS . "style.gp"

NOTE = TITLE . (LEFT_OUT > 0 ? " · some policies have no room here" : "")

turned = 8.4 * longest_text > 700.0 / X_COUNT
HEIGHT = 640 + legend_height + (turned ? 6 * longest_text : 0)
eval figure_open
eval figure_frame

logarithmic = HIGH > 4 * LOW
if (logarithmic) { set logscale y }
span = HIGH - LOW
low = logarithmic ? LOW / 1.3 : max(0, LOW - 0.1 * span - 0.02 * HIGH)
high = logarithmic ? HIGH * 1.3 : HIGH + 0.1 * span + 0.02 * HIGH
if (high <= low) { high = low + 1 }
set xrange [-0.3:X_COUNT - 0.7]
set yrange [low:high]
set xlabel X_NAME
set xtics ()
if (turned) { set xtics rotate by -40 left } else { set xtics norotate center }
do for [k = 1:X_COUNT] { set xtics add (WORD[k] k - 1) }
set ytics ()
do for [k = 0:6] {
    at = logarithmic ? low * (high / low) ** (k / 6.0) : low + (high - low) * k / 6.0
    set ytics add (unit_text(UNIT, at) at)
}
set key noenhanced
# The SVG terminal takes letters for wider than they are.
if (!legend_below) { set key width (TERMINAL eq "svg" ? -0.15 * longest_label : 0) }

# 0 has no place on a logarithmic axis: it lies at its foot.
level(v) = max(v, low)
here(line, x) = column("line") == line - 1 ? x : NaN
set datafile missing NaN
plot for [i = 1:N] CELLS using (here(i, column("x"))):(level(column("value"))) \
         with linespoints lt i pt 7 ps 0.7 title LABEL[i], \
     CELLS using (column("finished") == 0 ? column("x") : NaN):(level(column("value"))) \
         with points pt 2 ps 1.5 lw 3 lc rgb WARN notitle
