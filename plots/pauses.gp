# pauses.gp -- how long pauses are, by percentile, on the HdrHistogram axis x = 1/(1-p)
#
# gnuplot -c pauses.gp svg|png OUTPUT LIST CONTEXT
TERMINAL = ARG1; OUTPUT = ARG2; LIST = ARG3; CONTEXT = ARG4
MODELLED = 1
PLOTS = ARG0[:strlen(ARG0) - strlen("pauses.gp")]
load PLOTS . "policies.gp"
load PLOTS . "style.gp"

HEADING = "Pauses by percentile"
NOTE = TITLE

HEIGHT = 640 + legend_height
eval figure_open
eval figure_frame

set logscale xy
set xrange [1:RAREST]
low = PAUSE_MIN / 1.5
high = PAUSE_MAX * 1.5
set yrange [low:high]
set xlabel "percentile of pauses (axis: 1/(1-p), logarithmic)"
set ylabel "pause (" . times_are . ")"
set xtics ("0%%" 1, "50%%" 2, "90%%" 10, "99%%" 100, "99.9%%" 1e3, "99.99%%" 1e4, "99.999%%" 1e5, \
           "99.9999%%" 1e6, "99.99999%%" 1e7)
eval ns_ytics
collections = 0
do for [i = 1:N] { collections = collections + PAUSES[i] }
if (collections == 0) {
    set label "no collections in any run" at graph 0.5, 0.5 center tc rgb FAINT
}

# A pause of 0 ns has no place on this axis, nor has p = 1 where it is written as inf.
paused(i) = PAUSES[i] > 0
plot for [i = 1:N] (paused(i) ? PERCENTILES[i] : LIST) \
         using (paused(i) ? column("inverse") : NaN):(paused(i) ? column("pause_ns") : NaN) \
         with lines lt i lw 2.5 title LABEL[i] . (paused(i) ? "" : " (no collections)"), \
     for [i = 1:N] (measured && paused(i) ? PERCENTILES[i] : LIST) \
         using (measured && paused(i) ? column("inverse") : NaN): \
               (measured && paused(i) ? column("predicted_ns") : NaN) \
         with lines lt i dt PREDICTED lw 1.8 notitle, \
     NaN with lines lc rgb INK dt 1 lw 2.5 title (measured ? "measured" : ""), \
     NaN with lines lc rgb INK dt PREDICTED lw 1.8 title (measured ? "predicted" : "")
