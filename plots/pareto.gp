# pareto.gp -- peak memory against collector time: which policies are beaten in both by another
#
# gnuplot -c pareto.gp svg|png OUTPUT LIST CONTEXT
TERMINAL = ARG1; OUTPUT = ARG2; LIST = ARG3; CONTEXT = ARG4; MODELLED = 1
load ARG0[:strlen(ARG0) - strlen("pareto.gp")] . "style.gp"

HEADING = "Memory against collector time"
NOTE = TITLE . " · down and left is better"

# Many long names would hide the plane: then numbers stand in it, and the names below.
numbered = N * longest_label > 260
list_columns = max(1, floor((WIDTH - 30) / (8.2 * longest_label + 60)))
list_height = numbered ? 12 + 20 * ceil(1.0 * N / list_columns) : 0
array NAME[N]
do for [i = 1:N] { NAME[i] = numbered ? sprintf("%d", i) : LABEL[i] }

# --- the plane, in pixels, so that names can be kept apart ------------------------------------------

HEIGHT = 640 + list_height
eval figure_open
eval figure_frame
set size 1, 1
set origin 0, 0
plane_left = 100.0
plane_right = WIDTH - 30.0
plane_top = HEIGHT - 70.0
plane_bottom = 72.0 + caption_height + list_height
set lmargin at screen plane_left / WIDTH
set rmargin at screen plane_right / WIDTH
set tmargin at screen plane_top / HEIGHT
set bmargin at screen plane_bottom / HEIGHT

# Logarithmic where the values span more than a factor of three; a policy that never collected has no
# place on a logarithmic axis: it sits on a line of its own, `never`, at the foot.
least_held = NaN
most_held = NaN
least_gc = NaN
most_gc = NaN
never_collected = 0
do for [i = 1:N] {
    least_held = least_held <= PEAK_HELD[i] ? least_held : PEAK_HELD[i]
    most_held = most_held >= PEAK_HELD[i] ? most_held : PEAK_HELD[i]
    if (GC_NS[i] > 0) {
        least_gc = least_gc <= GC_NS[i] ? least_gc : GC_NS[i]
        most_gc = most_gc >= GC_NS[i] ? most_gc : GC_NS[i]
    } else {
        never_collected = never_collected + 1
    }
}
if (least_gc != least_gc) { least_gc = 1e6; most_gc = 1e7 }
byte_unit = bytes_unit(most_held)
gc_low = least_gc / 1.6
gc_high = most_gc * 1.6
if (gc_high / gc_low < 10) { gc_low = gc_low / 2; gc_high = gc_high * 2 }
never = gc_low
if (never_collected > 0) { gc_low = gc_low / (gc_high / gc_low) ** 0.14; never = gc_low * (gc_high / gc_low) ** 0.05 }
held_log = most_held > 3 * least_held
held_span = max(most_held - least_held, 0.1 * most_held)
held_low  = held_log ? least_held / 1.3 : max(0, least_held - 0.12 * held_span)
held_high = held_log ? most_held * 1.3 : most_held + 0.12 * held_span
gc_at(i) = GC_NS[i] > 0 ? GC_NS[i] : never
pixel_x(held) = plane_left + (plane_right - plane_left) * \
    (held_log ? log(held / held_low) / log(held_high / held_low) : (held - held_low) / (held_high - held_low))
pixel_y(gc) = plane_bottom + (plane_top - plane_bottom) * log(gc / gc_low) / log(gc_high / gc_low)

# --- names: the first free place around each point --------------------------------------------------

array X[N]
array Y[N]
array LEFT[N]           # the left end and the middle of a name, and its width
array MIDDLE[N]
array LONG[N]
HIGH = 20.0
do for [i = 1:N] {
    X[i] = pixel_x(PEAK_HELD[i])
    Y[i] = pixel_y(gc_at(i))
    LEFT[i] = -1e6
    MIDDLE[i] = -1e6
    LONG[i] = 8.9 * strlen(NAME[i])
}
between(a, b, x) = x < a ? a - x : x > b ? x - b : 0.0
overlap(a, b, c, d) = max(0, min(b, d) - max(a, c))
names_overlap(i, left, middle, k) = k == i ? 0 : \
    overlap(left, left + LONG[i], LEFT[k], LEFT[k] + LONG[k]) * \
    overlap(middle - HIGH / 2, middle + HIGH / 2, MIDDLE[k] - HIGH / 2, MIDDLE[k] + HIGH / 2)
name_on_point(i, left, middle, k) = \
    overlap(left, left + LONG[i], X[k] - 8, X[k] + 8) * \
    overlap(middle - HIGH / 2, middle + HIGH / 2, Y[k] - 8, Y[k] + 8)
outside(left, right, middle) = max(0, plane_left + 4 - left) + max(0, right - plane_right) + \
    max(0, plane_bottom + HIGH / 2 - middle) + max(0, middle + HIGH / 2 - plane_top)
# Beside a point is best; on the front that is its left, for the stairs are on its right.
taste(i, across, up) = FRONT[i] == 1 ? (across < 0 && up <= 0 ? 1 - up : across > 0 && up > 0 ? 3 : 9) : \
    (across == 0 ? 3 : across < 0 ? 2 : 1) + abs(up)
do for [i = 1:N] {
    cheapest = 1e30
    do for [ring = 0:5] {
        do for [side in "1,0 -1,0 0,1 0,-1 1,1 1,-1 -1,1 -1,-1"] {
            comma = strstrt(side, ",")
            across = int(side[1:comma - 1])
            up = int(side[comma + 1:*])
            gap = 12.0 + 18 * ring
            left = X[i] + (across > 0 ? (up == 0 ? gap : 8 + 9 * ring) : \
                           across < 0 ? -LONG[i] - (up == 0 ? gap : 8 + 9 * ring) : -LONG[i] / 2)
            middle = Y[i] + up * (gap + 6)
            cost = 40 * ring + 1e4 * outside(left, left + LONG[i], middle) + taste(i, across, up)
            cost = cost + 20 * (sum [k = 1:N] names_overlap(i, left, middle, k) + name_on_point(i, left, middle, k))
            if (cost < cheapest) {
                cheapest = cost
                best_left = left
                best_middle = middle
                far = ring
            }
        }
    }
    LEFT[i] = best_left
    MIDDLE[i] = best_middle
    set label i NAME[i] at screen best_left / WIDTH, screen best_middle / HEIGHT left noenhanced front \
        tc rgb (FRONT[i] == 1 ? INK : FAINT) font sprintf(FRONT[i] == 1 ? "%s:Bold,14" : "%s,14", FONT)
    if (far > 0) {
        near_x = X[i] < best_left ? best_left - 3 : X[i] > best_left + LONG[i] ? best_left + LONG[i] + 3 : X[i]
        near_y = Y[i] < best_middle ? best_middle - HIGH / 2 : best_middle + HIGH / 2
        if (near_x != X[i]) { near_y = best_middle }
        set arrow i from screen X[i] / WIDTH, screen Y[i] / HEIGHT to screen near_x / WIDTH, screen near_y / HEIGHT \
            nohead lc rgb "#A0A0A0" lw 1 back
    }
}

if (numbered) {
    list_rows = ceil(1.0 * N / list_columns)
    do for [i = 1:N] {
        set label N + i sprintf("%d  ", i) . LABEL[i] left noenhanced font NORMAL tc rgb (FRONT[i] == 1 ? INK : FAINT) \
            at screen (15.0 + ((i - 1) / list_rows) * (WIDTH - 30) / list_columns) / WIDTH, \
               screen (caption_height + list_height - 14.0 - 20 * ((i - 1) % list_rows)) / HEIGHT
    }
}

# --- axes and plot ----------------------------------------------------------------------------------

if (held_log) { set logscale x }
set logscale y
set xrange [held_low / byte_unit:held_high / byte_unit]
set yrange [gc_low:gc_high]
set xlabel sprintf("peak memory held (%s)", bytes_name(most_held)) offset 0, 0.4
set ylabel "collector time, all pauses (modelled)"
if (held_log) {
    set xtics ()
    do for [e = floor(log10(held_low / byte_unit)):ceil(log10(held_high / byte_unit))] {
        do for [m in "1 2 5"] { set xtics add (sprintf("%g", m * 10.0 ** e) m * 10.0 ** e) }
    }
}
low = gc_low
high = gc_high
eval ns_ytics
if (never_collected > 0) { set ytics add ("never" never) }
set key at screen (WIDTH - 20.0) / WIDTH, screen (HEIGHT - 10.0) / HEIGHT right top vertical maxrows 1 \
    Left reverse width 1 samplen 2

if (LIMIT > held_low && LIMIT < held_high) {
    set arrow 500 from LIMIT / byte_unit, graph 0 to LIMIT / byte_unit, graph 1 nohead back lc rgb "#B00020" lw 1.5 dt "-"
    set label 500 "memory limit" at LIMIT / byte_unit, graph 0.5 rotate by 90 center offset 1.2, 0 tc rgb "#B00020"
}

# The front as stairs, from each policy on it to the next one to the right.
do for [i = 1:N] {
    next = 0
    do for [k = 1:N] {
        if (FRONT[i] == 1 && FRONT[k] == 1 && PEAK_HELD[k] > PEAK_HELD[i]) {
            if (next == 0) { next = k } else { if (PEAK_HELD[k] < PEAK_HELD[next]) { next = k } }
        }
    }
    if (next > 0) {
        corner = PEAK_HELD[next] / byte_unit
        set arrow from PEAK_HELD[i] / byte_unit, gc_at(i) to corner, gc_at(i) nohead back lc rgb "#009E73" lw 2
        set arrow from corner, gc_at(i) to corner, gc_at(next) nohead back lc rgb "#009E73" lw 2
    }
}

held(i) = PEAK_HELD[i] / byte_unit
row(number) = int(number) + 1
finished(i) = STATUS[i] eq "ok"
beaten(i) = finished(i) && FRONT[i] == 0
plot LIST using (FRONT[row($0)] == 1 ? held(row($0)) : NaN):(gc_at(row($0))) \
         with points pt 7 ps 1.3 lc rgb "#007A5A" notitle, \
     LIST using (beaten(row($0)) ? held(row($0)) : NaN):(gc_at(row($0))) \
         with points pt 7 ps 1.1 lc rgb "#7F7F7F" notitle, \
     LIST using (finished(row($0)) ? NaN : held(row($0))):(gc_at(row($0))) \
         with points pt 6 ps 1.5 lw 2 lc rgb "#B00020" notitle, \
     LIST using (finished(row($0)) ? NaN : held(row($0))):(gc_at(row($0))) \
         with points pt 2 ps 1.3 lw 2 lc rgb "#B00020" notitle, \
     keyentry with linespoints pt 7 ps 1.3 lw 2 dt 1 lc rgb "#009E73" title "front", \
     keyentry with points pt 7 ps 1.1 lc rgb "#7F7F7F" title "beaten", \
     keyentry with points pt 2 ps 1.3 lw 2 lc rgb "#B00020" title "did not finish"
