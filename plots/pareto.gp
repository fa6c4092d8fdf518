# pareto.gp -- peak memory against collector time: which policies are beaten in both by another
#
# gnuplot -c pareto.gp svg|png OUTPUT LIST CONTEXT
TERMINAL = ARG1; OUTPUT = ARG2; LIST = ARG3; CONTEXT = ARG4
MODELLED = 1
PLOTS = ARG0[:strlen(ARG0) - strlen("pareto.gp")]
load PLOTS . "policies.gp"
load PLOTS . "style.gp"

HEADING = "Memory against collector time"
NOTE = TITLE . " · down and left is better"
on_front(i) = FRONT[i] == 1
is_floor(i) = FLOOR[i] == 1
finished(i) = STATUS[i] eq "ok"

# Many long names would hide the plane: then numbers stand in it, and the names below.
numbered = N * longest_label > 260
list_columns = max(1, floor((WIDTH - 30) / (8.2 * longest_label + 60)))
list_rows = ceil(1.0 * N / list_columns)
list_height = numbered ? 12 + 20 * list_rows : 0

# --- the plane, in pixels, so that names can be kept apart ----------------------------------------

HEIGHT = 640 + list_height
eval figure_open
eval figure_frame
set size 1, 1
set origin 0, 0
plane_left = 114.0
plane_right = WIDTH - 30.0
plane_top = HEIGHT - 70.0
plane_bottom = 72.0 + caption_height + list_height
set lmargin at screen plane_left / WIDTH
set rmargin at screen plane_right / WIDTH
set tmargin at screen plane_top / HEIGHT
set bmargin at screen plane_bottom / HEIGHT

least_held = NaN
most_held = NaN
least_gc = NaN
most_gc = NaN
do for [i = 1:N] {
    least_held = least_held <= PEAK_HELD[i] ? least_held : PEAK_HELD[i]
    most_held = most_held >= PEAK_HELD[i] ? most_held : PEAK_HELD[i]
    if (GC_NS[i] > 0) {
        least_gc = least_gc <= GC_NS[i] ? least_gc : GC_NS[i]
        most_gc = most_gc >= GC_NS[i] ? most_gc : GC_NS[i]
    }
}
if (least_gc != least_gc) { least_gc = 1e6; most_gc = 1e7 }
if (most_held == 0) { most_held = 4 * MIB; least_held = most_held }

# Time is logarithmic. A policy that never collected has no place there: it sits on a line of its
# own, `never`, at the foot.
low = least_gc / 1.6
high = most_gc * 1.6
if (high / low < 10) { low = low / 2; high = high * 2 }
foot = low
never = low
never_collected = 0
do for [i = 1:N] { never_collected = never_collected + (GC_NS[i] == 0) }
if (never_collected > 0) {
    foot = low / (high / low) ** 0.14
    never = foot * (high / foot) ** 0.05
}
gc_at(i) = GC_NS[i] > 0 ? GC_NS[i] : never

# Memory is logarithmic where it spans more than a factor of three.
byte_unit = bytes_unit(most_held)
held_log = most_held > 3 * least_held
held_span = max(most_held - least_held, 0.1 * most_held)
held_low  = held_log ? least_held / 1.3 : max(0, least_held - 0.12 * held_span)
held_high = held_log ? most_held * 1.3 : most_held + 0.12 * held_span

share(x, from, to) = (x - from) / (to - from)
pixel_x(held) = plane_left + (plane_right - plane_left) * \
    (held_log ? share(log(held), log(held_low), log(held_high)) : share(held, held_low, held_high))
pixel_y(gc) = plane_bottom + (plane_top - plane_bottom) * share(log(gc), log(foot), log(high))

# --- names: the first free place around each point ------------------------------------------------

array NAME[N]
array X[N]
array Y[N]
array LEFT[N]           # where a name begins, its middle line, its width; far off: not placed yet
array MIDDLE[N]
array LONG[N]
HIGH = 20.0
do for [i = 1:N] {
    NAME[i] = numbered ? sprintf("%d", i) : LABEL[i]
    X[i] = pixel_x(PEAK_HELD[i])
    Y[i] = pixel_y(gc_at(i))
    LEFT[i] = -1e6
    MIDDLE[i] = -1e6
    LONG[i] = 8.9 * strlen(NAME[i])
}

overlap(a, b, c, d) = max(0, min(b, d) - max(a, c))
covers(i, left, middle, from, to, foot, head) = overlap(left, left + LONG[i], from, to) * \
    overlap(middle - HIGH / 2, middle + HIGH / 2, foot, head)
covers_name(i, left, middle, k) = k == i ? 0 : covers(i, left, middle, \
    LEFT[k], LEFT[k] + LONG[k], MIDDLE[k] - HIGH / 2, MIDDLE[k] + HIGH / 2)
covers_point(i, left, middle, k) = \
    covers(i, left, middle, X[k] - 8, X[k] + 8, Y[k] - 8, Y[k] + 8)
outside(left, right, middle) = max(0, plane_left + 4 - left) + max(0, right - plane_right) + \
    max(0, plane_bottom + HIGH / 2 - middle) + max(0, middle + HIGH / 2 - plane_top)

# Beside a point is best; on the front that is its left, for the stairs are on its right.
taste_front(across, up) = across < 0 && up <= 0 ? 1 - up : across > 0 && up > 0 ? 3 : 9
taste_other(across, up) = abs(up) + (across > 0 ? 1 : across < 0 ? 2 : 3)
low_step(i, k) = on_front(k) && X[k] < X[i] && Y[k] - Y[i] < HIGH / 2
crossed(i, across, up) = across < 0 && up == 0 && (sum [k = 1:N] low_step(i, k)) > 0
taste(i, across, up) = on_front(i) ? taste_front(across, up) + 5 * crossed(i, across, up) : \
    taste_other(across, up)
aside(i, across, gap) = across > 0 ? gap : across < 0 ? -LONG[i] - gap : -LONG[i] / 2
SIDES = "1,0 -1,0 0,1 0,-1 1,1 1,-1 -1,1 -1,-1"

do for [i = 1:N] {
    cheapest = 1e30
    do for [ring = 0:5] {
        do for [side in SIDES] {
            comma = strstrt(side, ",")
            across = int(side[1:comma - 1])
            up = int(side[comma + 1:*])
            left = X[i] + aside(i, across, up == 0 ? 12 + 18 * ring : 8 + 9 * ring)
            middle = Y[i] + up * (18.0 + 18 * ring)
            covered = sum [k = 1:N] \
                covers_name(i, left, middle, k) + covers_point(i, left, middle, k)
            cost = 1e4 * outside(left, left + LONG[i], middle) + 20 * covered + \
                40 * ring + taste(i, across, up)
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
    set label i NAME[i] at screen best_left / WIDTH, screen best_middle / HEIGHT \
        left noenhanced front tc rgb (on_front(i) ? INK : FAINT) \
        font (on_front(i) ? FONT . ":Bold,14" : FONT . ",14")
    if (far > 0) {
        # A thread from the point to the nearest edge of its name.
        right = best_left + LONG[i]
        beside = X[i] < best_left || X[i] > right
        end_x = X[i] < best_left ? best_left - 3 : X[i] > right ? right + 3 : X[i]
        end_y = beside ? best_middle : best_middle + (Y[i] > best_middle ? 1 : -1) * HIGH / 2
        set arrow i from screen X[i] / WIDTH, screen Y[i] / HEIGHT \
            to screen end_x / WIDTH, screen end_y / HEIGHT nohead back lc rgb "#A0A0A0" lw 1
    }
}

if (numbered) {
    do for [i = 1:N] {
        set label N + i sprintf("%d  ", i) . LABEL[i] \
            at screen (15.0 + ((i - 1) / list_rows) * (WIDTH - 30) / list_columns) / WIDTH, \
               screen (caption_height + list_height - 14.0 - 20 * ((i - 1) % list_rows)) / HEIGHT \
            left noenhanced font NORMAL tc rgb (on_front(i) ? INK : FAINT)
    }
}

# --- axes -----------------------------------------------------------------------------------------

set logscale y
set xrange [held_low / byte_unit:held_high / byte_unit]
set yrange [foot:high]
set xlabel sprintf("peak memory held (%s)", bytes_name(most_held)) offset 0, 0.4
# Not a ylabel: the SVG terminal would push it off the sheet.
set label 990 "collector time, all pauses (" . times_are . ")" at screen 18.0 / WIDTH, graph 0.5 \
    center rotate by 90 noenhanced tc rgb INK
if (held_log) {
    set logscale x
    set xtics ()
    do for [e = floor(log10(held_low / byte_unit)):ceil(log10(held_high / byte_unit))] {
        do for [m in "1 2 5"] { set xtics add (sprintf("%g", m * 10.0 ** e) m * 10.0 ** e) }
    }
}
eval ns_ytics
if (never_collected > 0) { set ytics add ("never" never) }
set key at screen (WIDTH - 20.0) / WIDTH, screen (HEIGHT - 10.0) / HEIGHT \
    right top vertical maxrows 1 Left reverse width -3 samplen 2

if (LIMIT > held_low && LIMIT < held_high) {
    limit_x = LIMIT / byte_unit
    set arrow 500 from limit_x, graph 0 to limit_x, graph 1 nohead back lc rgb WARN lw 1.5 dt "-"
    set label 500 "memory limit" at limit_x, graph 0.5 rotate by 90 center offset 1.2, 0 tc rgb WARN
}

# The front as stairs, from each policy on it to the next one to the right.
do for [i = 1:N] {
    next = 0
    do for [k = 1:N] {
        if (on_front(i) && on_front(k) && PEAK_HELD[k] > PEAK_HELD[i]) {
            if (next == 0) { next = k } else { if (PEAK_HELD[k] < PEAK_HELD[next]) { next = k } }
        }
    }
    if (next > 0) {
        from_x = PEAK_HELD[i] / byte_unit
        to_x = PEAK_HELD[next] / byte_unit
        set arrow from from_x, gc_at(i) to to_x, gc_at(i) nohead back lc rgb "#009E73" lw 2
        set arrow from to_x, gc_at(i) to to_x, gc_at(next) nohead back lc rgb "#009E73" lw 2
    }
}

knees = 0
do for [i = 1:N] { knees = knees + KNEE[i] }

# --- points ---------------------------------------------------------------------------------------

held(i) = PEAK_HELD[i] / byte_unit
row(number) = int(number) + 1
beaten(i) = finished(i) && !on_front(i) && !is_floor(i)
plot LIST using (on_front(row($0)) ? held(row($0)) : NaN):(gc_at(row($0))) \
         with points pt 7 ps 1.3 lc rgb "#007A5A" notitle, \
     LIST using (beaten(row($0)) ? held(row($0)) : NaN):(gc_at(row($0))) \
         with points pt 7 ps 1.1 lc rgb "#7F7F7F" notitle, \
     LIST using (is_floor(row($0)) ? held(row($0)) : NaN):(gc_at(row($0))) \
         with points pt 12 ps 1.6 lw 2 lc rgb "#0072B2" notitle, \
     LIST using (KNEE[row($0)] == 1 ? held(row($0)) : NaN):(gc_at(row($0))) \
         with points pt 6 ps 2.4 lw 2 lc rgb "#D55E00" notitle, \
     LIST using (finished(row($0)) ? NaN : held(row($0))):(gc_at(row($0))) \
         with points pt 6 ps 1.5 lw 2 lc rgb WARN notitle, \
     LIST using (finished(row($0)) ? NaN : held(row($0))):(gc_at(row($0))) \
         with points pt 2 ps 1.3 lw 2 lc rgb WARN notitle, \
     keyentry with linespoints pt 7 ps 1.3 lw 2 dt 1 lc rgb "#009E73" title "front", \
     (knees > 0 ? 1 / 0 : NaN) with points pt 6 ps 2.4 lw 2 lc rgb "#D55E00" \
         title (knees > 0 ? "knee" : ""), \
     keyentry with points pt 7 ps 1.1 lc rgb "#7F7F7F" title "beaten", \
     keyentry with points pt 12 ps 1.6 lw 2 lc rgb "#0072B2" title "floor", \
     keyentry with points pt 2 ps 1.3 lw 2 lc rgb WARN title "did not finish"
