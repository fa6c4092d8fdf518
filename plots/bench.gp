# bench.gp -- `ouro bench`: ratios against the real interpreter, growth with the model, memory
#
# gnuplot -c bench.gp svg|png OUTPUT CELLS CONTEXT LABELS
#
# Of the ratios more is better: how many times as much CPU time the real interpreter takes. A dot is
# the ratio of medians, a line through it reaches from the least to the most of single turns; an
# upright stroke in the colour of its side is a bar.
TERMINAL = ARG1; OUTPUT = ARG2; CELLS = ARG3; CONTEXT = ARG4; LABELS = ARG5
PLOTS = ARG0[:strlen(ARG0) - strlen("bench.gp")]
set encoding utf8
set datafile separator "\t"
set datafile commentschars ""
set datafile columnheaders
stats CONTEXT every ::0::0 using ( \
    SOURCE = strcol("source"), CAPTION = strcol("caption"), \
    CAPTION_LINES = column("caption_lines"), LINES = column("lines"), \
    BYTE_LINES = column("byte_lines"), SCALED = column("scaled"), GROWTH = column("growth"), 0) \
    nooutput
LINES = int(LINES); BYTE_LINES = int(BYTE_LINES); SCALED = int(SCALED); GROWTH = int(GROWTH)
TITLE = ""; MODELLED = 0; MEASURED = "-"; COST = ""; N = 6; longest_label = 8
load PLOTS . "style.gp"

# The SVG terminal draws points larger.
DOT = TERMINAL eq "svg" ? 0.55 : 0.9

# null, tracing, cache, ledger, real, script
SIDES = 6
hue(k) = word("#7F7F7F #0072B2 #56B4E9 #D55E00 #000000 #CC79A7", k)
# Points of a line stand a little apart, the ledger above the tracing heap.
shift(k) = word("0 0.16 0.26 -0.16 0 0", k) + 0.0
array SIDE[SIDES]

LEFT = 268.0          # names
RIGHT = 700.0         # end of the ratios; their figures stand beyond
GROWTH_LEFT = 868.0
ROW = 23.0
notes_height = 18.0 + 18.0 * SCALED
HEIGHT = max(620, 168 + ROW * LINES + notes_height + caption_height)
HEADING = "How fast: simulated, and on a real interpreter"
NOTE = SOURCE . " · further right is faster"
eval figure_open
eval figure_frame
set size 1, 1
set origin 0, 0
top_edge = 1 - 130.0 / HEIGHT
foot_edge = (caption_height + 52 + notes_height) / HEIGHT

# Texts: names at the left, figures at the right of the ratios, and of the bytes.
array LINE_TEXT[LINES + 1]; array VALUE_TEXT[LINES + 1]; array VALUE_MET[LINES + 1]
array BYTE_TEXT[BYTE_LINES + 1]; array BYTE_VALUE[BYTE_LINES + 1]; array BYTE_MET[BYTE_LINES + 1]
do for [i = 1:LINES] { LINE_TEXT[i] = ""; VALUE_TEXT[i] = ""; VALUE_MET[i] = 1 }
do for [i = 1:BYTE_LINES] { BYTE_TEXT[i] = ""; BYTE_VALUE[i] = ""; BYTE_MET[i] = 1 }
growth_text = ""; growth_met = 1; largest_text = ""; largest_met = 1
stats LABELS using 2 nooutput
do for [row = 0:int(STATS_records) - 1] {
    stats LABELS every ::row::row using (kind = strcol("kind"), line = column("line"), \
        met = int(column("met")), text = strcol("text"), 0) nooutput
    at = int(line) + 1
    if (kind eq "side") { SIDE[at - 1] = text }
    if (kind eq "line") { LINE_TEXT[at] = text }
    if (kind eq "value") { VALUE_TEXT[at] = text; VALUE_MET[at] = met }
    if (kind eq "byte") { BYTE_TEXT[at] = text }
    if (kind eq "byte_value") { BYTE_VALUE[at] = text; BYTE_MET[at] = met }
    if (kind eq "growth") { growth_text = text; growth_met = met }
    if (kind eq "largest") { largest_text = text; largest_met = met }
}
verdict(met) = met ? INK : WARN

in(panel, k, v) = column("panel") == panel && column("side") == k ? v : NaN
bar(panel, k) = column("bar") > 0 ? in(panel, k, column("bar")) : NaN
set datafile missing NaN

# The legend, once for all panels.
set label 800 "sides" at screen LEFT / WIDTH, screen 1 - 76.0 / HEIGHT right offset -1, -0.15 \
    font SMALL tc rgb FAINT
do for [k = 1:SIDES] {
    set label 800 + k SIDE[k] \
        at screen (LEFT + 16 + 92 * (k - 1)) / WIDTH, screen 1 - 76.0 / HEIGHT left noenhanced \
        point pt 7 ps DOT lc rgb hue(k) offset 1, -0.3 font NORMAL tc rgb INK
}
set label 810 "bar" at screen (LEFT + 16 + 92 * SIDES) / WIDTH, screen 1 - 76.0 / HEIGHT left \
    offset 1, -0.15 font NORMAL tc rgb INK
set arrow 2 from screen (LEFT + 16 + 92 * SIDES) / WIDTH, screen 1 - 69.0 / HEIGHT \
    rto screen 0, screen -16.0 / HEIGHT nohead lw 3.5 lc rgb INK
set label 812 "null: the generator alone · cache: the tracing heap, pauses by simulated " . \
    "caches · script: the workload as a plain Python program" \
    at screen 0.015, screen (caption_height + 8) / HEIGHT left noenhanced font SMALL tc rgb FAINT
if (SCALED) {
    set label 811 "* the real side plays a part of the churn; the rest is scaled by its full " . \
        "collections" at screen 0.015, screen (caption_height + 26) / HEIGHT left noenhanced \
        font SMALL tc rgb FAINT
}

# --- ratios ---------------------------------------------------------------------------------------

set multiplot
set border 1 lc rgb FAINT
unset key
set tics font SMALL
set tmargin at screen top_edge
set bmargin at screen max(foot_edge, top_edge - (16 + ROW * max(LINES, 2)) / HEIGHT)
set lmargin at screen LEFT / WIDTH
set rmargin at screen RIGHT / WIDTH
if (LINES > 0) {
    stats CELLS using (column("panel") == 1 ? column("low") : NaN) nooutput
    low = STATS_min
    stats CELLS using (column("panel") == 1 ? max(column("high"), column("bar")) : NaN) nooutput
    high = STATS_max
    set logscale x
    set xrange [min(0.7, low / 1.4):max(20, high * 1.4)]
    set yrange [LINES - 0.4:-0.6]
    set xtics ()
    do for [e = -2:5] { do for [m in steps(low, high * 20)] {
        set xtics add (sprintf("%g×", m * 10.0 ** e) m * 10.0 ** e) } }
    set ytics ()
    do for [i = 1:LINES] { set ytics add ("" i - 1) }
    set ytics scale 0
    do for [i = 1:LINES] {
        first = LINE_TEXT[i] ne "without the generator" && LINE_TEXT[i] ne "against plain Python"
        set label i LINE_TEXT[i] at graph 0, first (i - 1) right noenhanced offset -1, 0 \
            font (first ? NORMAL : SMALL) tc rgb (first ? INK : FAINT)
        set label 200 + i VALUE_TEXT[i] at graph 1, first (i - 1) left noenhanced offset 1, 0 \
            font (VALUE_MET[i] ? NORMAL : BOLD) tc rgb verdict(VALUE_MET[i])
    }
    set label 500 "CPU time of the real interpreter / of the side" \
        at graph 0, graph 1 left offset 0, 0.8 noenhanced font BOLD tc rgb INK
    set label 501 "found, bar" at graph 1, graph 1 left offset 1, 0.8 noenhanced \
        font BOLD tc rgb INK
    set arrow 1 from 1, graph 0 to 1, graph 1 nohead back lw 1.5 lc rgb FAINT
    plot for [k = 1:SIDES] CELLS using (bar(1, k)):(column("y") + 0.42):(0):(-0.84) \
             with vectors nohead dt 1 lw 3.5 lc rgb hue(k), \
         for [k = 1:SIDES] CELLS using (in(1, k, column("x"))):(column("y") + shift(k)): \
             (column("low")):(column("high")) with xerrorbars pt 7 ps DOT lw 1.6 lc rgb hue(k)
    unset arrow
    do for [i = 1:LINES] { unset label i; unset label 200 + i }
    unset label 500; unset label 501
    unset logscale x; set autoscale
    do for [i = 1001:1003] { unset label i }
    do for [i = 800:812] { unset label i }
}

# --- growth ---------------------------------------------------------------------------------------

set lmargin at screen GROWTH_LEFT / WIDTH
set rmargin at screen (WIDTH - 26.0) / WIDTH
bytes_height = BYTE_LINES > 0 ? ROW * BYTE_LINES + 122.0 + (largest_text eq "" ? 0 : 24) : 0
set tmargin at screen top_edge - (growth_text eq "" ? 0 : 20.0 / HEIGHT)
set bmargin at screen foot_edge + bytes_height / HEIGHT
set border 3
set ytics autofreq scale 1
set label 500 "time per allocation" at graph 0, screen top_edge \
    left offset -4, 0.8 noenhanced font BOLD tc rgb INK
if (GROWTH) {
    stats CELLS using (column("panel") == 2 ? column("low") : NaN) nooutput
    low = STATS_min
    stats CELLS using (column("panel") == 2 || column("panel") == 4 ? column("high") : NaN) nooutput
    high = STATS_max
    stats CELLS using (column("panel") == 2 ? column("x") : NaN) nooutput
    set logscale xy
    set xrange [STATS_min / 1.5:STATS_max * 1.5]
    set yrange [low / 1.5:high * 2]
    set xtics ("0.1 M" 1e5, "1 M" 1e6, "10 M" 1e7, "100 M" 1e8)
    do for [e = 5:7] { do for [m = 2:9] { set xtics add ("" m * 10.0 ** e 1) } }
    set mxtics 1
    eval ns_ytics
    set xlabel "objects of the model beside it" font SMALL offset 0, 0.6
    set label 501 growth_text at graph 0, graph 1 left offset -4, 0.7 noenhanced \
        font (growth_met ? SMALL : BOLD) tc rgb verdict(growth_met)
    plot for [k = 1:SIDES] CELLS using (in(2, k, column("x"))):(column("y")) \
             with lines dt 1 lw 2 lc rgb hue(k), \
         for [k = 1:SIDES] CELLS using (in(2, k, column("x"))):(column("y")): \
             (column("low")):(column("high")) with yerrorbars pt 7 ps DOT lw 1.4 lc rgb hue(k), \
         for [k = 1:SIDES] CELLS using (in(4, k, column("x") / 1.3)):(column("y")): \
             (column("x") * (1.3 - 1 / 1.3)):(0) with vectors nohead dt 1 lw 3.5 lc rgb hue(k)
    unset logscale; set autoscale
    unset label 501
}

# --- memory ---------------------------------------------------------------------------------------

if (BYTE_LINES > 0) {
    set border 1
    set tmargin at screen foot_edge + (bytes_height - 88.0) / HEIGHT
    set bmargin at screen foot_edge + (largest_text eq "" ? 0 : 24.0) / HEIGHT
    set rmargin at screen (WIDTH - 104.0) / WIDTH
    stats CELLS using (column("panel") == 3 ? max(column("high"), column("bar")) : NaN) nooutput
    set xrange [0:STATS_max * 1.08]
    set yrange [BYTE_LINES - 0.4:-0.6]
    set xtics autofreq 0, 20
    unset mxtics
    unset xlabel
    set ytics ()
    do for [i = 1:BYTE_LINES] {
        set ytics add ("" i - 1) scale 0
        set label i BYTE_TEXT[i] at graph 0, first (i - 1) right noenhanced offset -1, 0 \
            font NORMAL tc rgb INK
        set label 200 + i BYTE_VALUE[i] at graph 1, first (i - 1) left noenhanced offset 0.6, 0 \
            font (BYTE_MET[i] ? NORMAL : BOLD) tc rgb verdict(BYTE_MET[i])
    }
    set label 500 "bytes per object of two slots" at graph 0, graph 1 left offset -4, 0.8 \
        noenhanced font BOLD tc rgb INK
    if (largest_text ne "") {
        set label 502 "M objects in 20 GiB: " . largest_text at graph 0, graph 0 left \
            offset -4, -2.6 noenhanced font (largest_met ? NORMAL : BOLD) \
            tc rgb verdict(largest_met)
    }
    plot for [k = 1:SIDES] CELLS using (0):(in(3, k, column("y"))):(column("x")):(0) \
             with vectors nohead dt 1 lw 5 lc rgb hue(k), \
         for [k = 1:SIDES] CELLS using (bar(3, k)):(column("y") + 0.42):(0):(-0.84) \
             with vectors nohead dt 1 lw 3.5 lc rgb hue(k)
}
if (LINES + GROWTH + BYTE_LINES == 0) {
    set border 0
    unset tics
    set label 500 "nothing of this is drawn" at screen 0.5, 0.5 center tc rgb FAINT
    set xrange [0:1]; set yrange [0:1]
    plot NaN
}
unset multiplot
