# cells.gp -- what the figures of a sweep know: titles, units, ranges, and what stands where
#
# A figure names its arguments, CELLS, CONTEXT and LABELS among them; then it loads this file and
# style.gp.

set encoding utf8
set datafile separator "\t"
set datafile commentschars ""
set datafile columnheaders

stats CONTEXT every ::0::0 using ( \
    HEADING = strcol("heading"), TITLE = strcol("title"), COST = strcol("cost_model"), \
    CAPTION = strcol("caption"), CAPTION_LINES = column("caption_lines"), UNIT = strcol("unit"), \
    GROUPS = column("groups"), X_NAME = strcol("x_name"), Y_NAME = strcol("y_name"), \
    X_COUNT = column("x_count"), Y_COUNT = column("y_count"), LOW = column("low"), \
    HIGH = column("high"), LEFT_OUT = column("left_out"), 0) nooutput
GROUPS = int(GROUPS); X_COUNT = int(X_COUNT); Y_COUNT = int(Y_COUNT)

MEASURED = "-"
MODELLED = UNIT eq "bytes" ? 0 : 1
N = max_lines = 8
longest_label = 1

# Texts of a kind: `kind = "x"; eval labels_read` fills WORD[1..WORDS].
stats LABELS using (1) nooutput
label_rows = int(STATS_records)
array WORD[label_rows + 1]
labels_read = '\
    WORDS = 0; \
    longest_text = 1; \
    do for [row = 0:label_rows - 1] { \
        stats LABELS every ::row::row using \
            (this_kind = strcol("kind"), this_text = strcol("text"), 0) nooutput; \
        if (this_kind eq kind) { \
            WORDS = WORDS + 1; \
            WORD[WORDS] = this_text; \
            if (strlen(this_text) > longest_text) { longest_text = strlen(this_text) } \
        } \
    }'
