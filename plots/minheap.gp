# minheap.gp -- `ouro minheap`: the smallest memory limit of each policy, over the floor
#
# gnuplot -c minheap.gp svg|png OUTPUT CELLS CONTEXT
#
# A line per policy, workload by workload: a stroke from the floor (1x) to the smallest limit under
# which the policy finishes, and that limit in bytes beside it.
TERMINAL = ARG1; OUTPUT = ARG2; CELLS = ARG3; CONTEXT = ARG4
PLOTS = ARG0[:strlen(ARG0) - strlen("minheap.gp")]
set encoding utf8
set datafile separator "\t"
set datafile commentschars ""
set datafile columnheaders
stats CONTEXT every ::0::0 using (ALLOCATOR = strcol("allocator"), CAPTION = strcol("caption"), \
    CAPTION_LINES = column("caption_lines"), 0) nooutput
TITLE = ""; MODELLED = 0; MEASURED = "-"; COST = ""; N = 4; longest_label = 8
load PLOTS . "style.gp"

HEAD = 0; ORACLE = 1; POLICY = 2; NEVER = 3
stats CELLS using (column("kind")) nooutput
LINES = int(STATS_records)
array KIND[LINES]; array NAME[LINES]; array LIMIT[LINES]
longest = 8
do for [row = 0:LINES - 1] {
    stats CELLS every ::row::row using (kind = int(column("kind")), name = strcol("name"), \
        limit = strcol("limit"), 0) nooutput
    KIND[row + 1] = kind
    NAME[row + 1] = name
    LIMIT[row + 1] = limit
    longest = max(longest, strlen(name))
}
stats CELLS using (column("to_floor") > 0 ? column("to_floor") / 1000.0 : NaN) nooutput
most = STATS_records > 0 ? STATS_max : 2

# A long name is cut: the table has all of it.
names_room = min(34 + 8.6 * longest, 340.0)
letters = int((names_room - 34) / 8.6 + 0.5)
short(text) = strlen(text) > letters ? text[1:letters - 1] . "…" : text

row_height = 25.0
HEIGHT = 62 + 34 + row_height * LINES + 66 + caption_height
HEADING = "How little memory will do"
NOTE = "smallest limit / most that is reachable · allocator of " . ALLOCATOR . \
    " · further left is better"
eval figure_open
eval figure_frame
set size 1, 1
set origin 0, 0
set lmargin at screen names_room / WIDTH
set rmargin at screen (WIDTH - 144.0) / WIDTH
set tmargin at screen 1 - 88.0 / HEIGHT
set bmargin at screen (caption_height + 56) / HEIGHT
set border 1 lc rgb FAINT
unset key
set yrange [LINES - 0.5:-0.5]
set ytics () scale 0
do for [i = 1:LINES] { set ytics add ("" i - 1) }

set xtics () font SMALL
if (most > 6) {
    set logscale x
    set xrange [0.96:most * 1.1]
    do for [s in "1 2 5 10 20 50 100 200 500 1000 2000 5000"] { set xtics add (s . "×" real(s)) }
} else {
    set xrange [1 - 0.02 * (most - 1) - 0.001:max(most * 1.03, 1.1)]
    tics = most > 1.8 ? "1 1.5 2 2.5 3 3.5 4 4.5 5 5.5 6" : \
        most > 1.3 ? "1 1.2 1.4 1.6 1.8" : "1 1.05 1.1 1.15 1.2 1.25 1.3"
    do for [s in tics] { set xtics add (s . "×" real(s)) }
}
set xlabel "smallest limit / floor" font NORMAL offset 0, 0.2

do for [i = 1:LINES] {
    is_head = KIND[i] == HEAD
    name = is_head ? NAME[i] : short(NAME[i])
    name_hue = KIND[i] == ORACLE ? FAINT : INK
    limit_hue = KIND[i] == NEVER ? WARN : is_head ? INK : FAINT
    set label i name at graph 0, first (i - 1) right offset -1, 0 noenhanced \
        font (is_head ? BOLD : NORMAL) tc rgb name_hue
    set label 2000 + i LIMIT[i] at graph 1, first (i - 1) left offset 1, 0 noenhanced \
        font (is_head ? BOLD : NORMAL) tc rgb limit_hue
}
set arrow 1 from first 1, graph 0 to first 1, graph 1 nohead back lw 1.5 dt 1 lc rgb FAINT

set datafile missing NaN
is(kind) = column("kind") == kind && column("to_floor") > 0 ? column("to_floor") / 1000.0 : NaN
DOT = TERMINAL eq "svg" ? 0.7 : 1.2
plot CELLS using (1):(column(0)):(is(POLICY) - 1):(0) with vectors nohead lw 3 dt 1 \
         lc rgb "#56B4E9", \
     CELLS using (is(POLICY)):(column(0)) with points pt 7 ps DOT lc rgb "#0072B2", \
     CELLS using (1):(column(0)):(is(ORACLE) - 1):(0) with vectors nohead lw 3 dt 1 \
         lc rgb "#BBBBBB", \
     CELLS using (is(ORACLE)):(column(0)) with points pt 7 ps DOT lc rgb "#7F7F7F"
