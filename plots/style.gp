# style.gp -- what all figures share: colours, dashes, units, title and caption
#
# Whoever loads it has set N (lines that need a style), longest_label, TITLE, COST, MEASURED,
# CAPTION and CAPTION_LINES (policies.gp and cells.gp do), and MODELLED: whether modelled times are
# shown.
# `eval figure_open` and `eval figure_frame` begin the drawing. Whatever people typed (policy names,
# titles, commands) comes out of a data file and is drawn `noenhanced`; it is never part of a
# gnuplot command.

if (strlen(TITLE) > 70) { TITLE = TITLE[1:67] . "..." }

max(a, b) = a > b ? a : b
min(a, b) = a < b ? a : b

# --- colours (Okabe and Ito; grey for yellow, which is too light for a line) and dashes -----------

COLOURS = "#000000 #D55E00 #0072B2 #009E73 #CC79A7 #E69F00 #56B4E9 #7F7F7F"
colour(i) = word(COLOURS, (i - 1) % 8 + 1)
set dashtype 1 solid
set dashtype 2 (6, 3)
set dashtype 3 (13, 3, 2, 3)
set dashtype 4 (17, 4)
set dashtype 5 (9, 3, 2, 3, 2, 3)
dash(i) = (i - 1 + (i - 1) / 8) % 5 + 1
do for [i = 1:max(N, 8)] {
    set linetype i lc rgb colour(i) dt dash(i) lw 2
}
# On a real interpreter a full line is measured; a broken one of its colour stands beside it.
measured = MEASURED ne "-"
if (measured) { do for [i = 1:max(N, 8)] { set linetype i lc rgb colour(i) dt 1 lw 2 } }
set dashtype 6 (1.5, 2.5)
PREDICTED = 2
RESIDENT = 6
times_are = measured ? "measured" : "modelled"
INK   = "#1A1A1A"
FAINT = "#5A5A5A"
RULE  = "#D9D9D9"
WARN  = "#B00020"     # the memory limit, runs that did not finish, a scale of its own

ending_text(status) = status eq "oom" ? "out of memory" : status

# --- units ----------------------------------------------------------------------------------------

MIB = 1048576.0
bytes_unit(top) = top >= 8192 * MIB ? 1024 * MIB : top >= 4 * MIB ? MIB : 1024.0
bytes_name(top) = top >= 8192 * MIB ? "GiB" : top >= 4 * MIB ? "MiB" : "KiB"
count_unit(top) = top >= 2e6 ? 1e6 : top >= 2e3 ? 1e3 : 1
count_name(top) = top >= 2e6 ? "millions" : top >= 2e3 ? "thousands" : "count"
ns_text(ns) = ns < 999 ? sprintf("%g ns", ns) : ns < 999e3 ? sprintf("%g µs", ns / 1e3) : \
              ns < 999e6 ? sprintf("%g ms", ns / 1e6) : sprintf("%g s", ns / 1e9)

# Tics 1, 10, 100 ... of a logarithmic axis from `low` to `high`; 2 and 5 where decades are too few.
steps(low, high) = high / low < 200 ? "1 2 5" : "1"
ns_ytics = '\
    set ytics (); \
    do for [e = 0:14] { do for [m in steps(low, high)] { \
        if (m * 10.0 ** e >= low) { set ytics add (ns_text(m * 10.0 ** e) m * 10.0 ** e) } } }'

# --- the sheet: title on top, caption at the bottom, the plot between, its legend beside or below -

WIDTH  = 1100
HEIGHT = 640
FONT   = "DejaVu Sans"
TEXT   = FONT . ",15"
BOLD   = FONT . ":Bold,13"
NORMAL = FONT . ",13"
SMALL  = FONT . ",12"
SLANT  = FONT . ":Italic,12"
legend_below   = longest_label > 24
legend_columns = max(1, min(N, floor(1000.0 / (9.5 * longest_label + 60))))
legend_height  = legend_below ? 24 * ceil((N + 2.0) / legend_columns) + 20 : 0

# Opens OUTPUT, HEIGHT pixels high (a PNG has 1.273 times as many, for slides).
figure_open = '\
    if (TERMINAL eq "png") { \
        set terminal pngcairo size int(WIDTH * 1.2728), int(HEIGHT * 1.2728) \
            font FONT . ",14" dl 1.4 background rgb "#FFFFFF" \
    } else { \
        set terminal svg size WIDTH, HEIGHT font TEXT dl 1.4 background rgb "#FFFFFF" \
    }; \
    set output OUTPUT'

# Title HEADING and, in grey, NOTE under it; at the bottom the command and, when MODELLED, where
# times come from.
times_text = measured ? "\nTimes are CPU time on " . MEASURED . "; predictions: " . COST : \
             "\nPauses are modelled; cost model: " . COST
caption_height = 14.0 + 15 * (CAPTION_LINES + MODELLED)
figure_frame = '\
    top = 62.0 / HEIGHT; \
    bottom = caption_height / HEIGHT; \
    footer = CAPTION . (MODELLED ? times_text : ""); \
    set label 1001 HEADING at screen 0.015, screen 1 - 22.0 / HEIGHT left noenhanced \
        font FONT . ":Bold,18" tc rgb INK; \
    set label 1002 NOTE at screen 0.015, screen 1 - 46.0 / HEIGHT left noenhanced \
        font NORMAL tc rgb FAINT; \
    set label 1003 footer at screen 0.015, screen bottom - 10.0 / HEIGHT left noenhanced \
        font FONT . ",11" tc rgb FAINT; \
    set size 1, 1 - top - bottom; \
    set origin 0, bottom'

set border 3 lc rgb FAINT lw 1
set tics nomirror out textcolor rgb INK
set xlabel textcolor rgb INK noenhanced
set ylabel textcolor rgb INK noenhanced
set grid xtics ytics lt 1 lc rgb RULE lw 0.75 dt solid
set style fill solid 1 noborder
set key outside noenhanced Left reverse samplen 3.5 textcolor rgb INK
if (legend_below) {
    set key below center horizontal maxcols legend_columns spacing 1.15 height 1
} else {
    # The SVG terminal takes letters for wider than they are.
    set key right top vertical spacing 1.3 \
        width (TERMINAL eq "svg" ? -0.15 * max(longest_label, 20) : 0)
}

# --- a metric by its unit -------------------------------------------------------------------------

# For ticks, where %% is a percent sign. Three digits, as the page has them.
digits(v) = v >= 99.95 ? sprintf("%.0f", v) : v >= 9.995 ? sprintf("%.1f", v) : sprintf("%.2f", v)
bytes_text(v) = v >= 2.0 ** 30 ? digits(v / 2.0 ** 30) . " GiB" : \
                v >= MIB ? digits(v / MIB) . " MiB" : \
                v >= 1024 ? digits(v / 1024) . " KiB" : sprintf("%.0f B", v)
time_text(v) = v >= 1e9 ? digits(v / 1e9) . " s" : v >= 1e6 ? digits(v / 1e6) . " ms" : \
               v >= 1e3 ? digits(v / 1e3) . " µs" : sprintf("%.0f ns", v)
unit_text(unit, v) = unit eq "bytes" ? bytes_text(v) : unit eq "ns" ? time_text(v) : \
    unit eq "permille" ? sprintf("%g %%%%", v / 10.0) : v >= 1e6 ? sprintf("%gM", v / 1e6) : \
    v >= 1e4 ? sprintf("%gk", v / 1e3) : sprintf("%g", v)
