# mmu.gp -- minimum mutator utilization: the share of any window that the program is left with
#
# Thin and dotted: the bounded one (BMU), which also holds for every longer window. The two part
# where pauses come in such a rhythm that a longer window has less.
#
# gnuplot -c mmu.gp svg|png OUTPUT LIST CONTEXT
TERMINAL = ARG1; OUTPUT = ARG2; LIST = ARG3; CONTEXT = ARG4
MODELLED = 1
PLOTS = ARG0[:strlen(ARG0) - strlen("mmu.gp")]
load PLOTS . "policies.gp"
load PLOTS . "style.gp"

HEADING = "Minimum mutator utilization"
NOTE = TITLE

HEIGHT = 640 + legend_height
eval figure_open
eval figure_frame

set logscale x
set xrange [WINDOW_MIN:WINDOW_MAX]
set yrange [0:102]
set xlabel "length of the window (logarithmic)"
set ylabel "share left to the program in the worst window (%)"
set xtics ()
do for [e = 0:12] { set xtics add (ns_text(10.0 ** e) 10.0 ** e) }
set ytics 20

# Who never pauses leaves the program everything: "+" is gnuplot's range of x.
set samples 1000
plot for [i = 1:N] (PAUSES[i] > 0 ? MMU[i] : "+") \
         using 1:(PAUSES[i] > 0 ? 100 * column("mmu") : 100) \
         with lines lt i lw 2.5 title (PAUSES[i] > 0 ? LABEL[i] : LABEL[i] . " (no collections)"), \
     for [i = 1:N] (PAUSES[i] > 0 ? MMU[i] : LIST) \
         using (PAUSES[i] > 0 ? column("window_ns") : NaN): \
               (PAUSES[i] > 0 ? 100 * column("bmu") : NaN) \
         with lines lc rgb colour(i) dt RESIDENT lw 1.5 notitle, \
     NaN with lines lc rgb INK dt RESIDENT lw 1.5 title "BMU"
