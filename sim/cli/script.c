// script.c -- a workload as a plain Python program
//
// When a unit is due stands in a heap of whole numbers, `when << 40 | population << 34 | slot`:
// numbers are invisible to the collector, so the program's own bookkeeping starts no collection.
#include "script.h"

// ---- what cannot be said ----

static const char *refusal(const Population *p) {
    const Template *t = &p->template;
    if (p->external) return "store = external";
    if (t->finalizer || p->resurrect_ppm > 0) return "a finalizer";
    if (p->mutation_ppm > 0) return "mutation_rate";
    if (t->shape == SHAPE_MESH || t->shape == SHAPE_BTREE || t->shape == SHAPE_INSTANCE)
        return "this shape";
    if (t->back_ppm != 0 && (t->back_ppm != PPM || t->shape != SHAPE_TREE)) return "back_edges";
    return NULL;
}

// ---- names and draws ----

typedef struct {
    FILE *file;
    const Spec *spec;
} Script;

static uint32_t number_of(const Script *s, const Population *p) {
    return (uint32_t)(p - s->spec->populations);
}

static bool is_tree(const Population *p) { return p->template.shape == SHAPE_TREE; }
static double closed_share(const Population *p) { return p->closed_ppm / (double)PPM; }

static double share_of_2_32(uint64_t parts) { return (double)parts / 4294967296.0; }

static void write_table(FILE *file, const Dist *d) {
    fputc('(', file);
    for (uint32_t i = 0; i < d->entries; i++)
        fprintf(file, "%llu, ", (unsigned long long)d->values[i]);
    fputs(")[bisect((", file);
    for (uint32_t i = 0; i + 1 < d->entries; i++) fprintf(file, "%.6f, ", d->below[i] / 1e6);
    fputs("), random())]", file);
}

// An expression that draws from `d`, by the formulas of dist.c.
static void write_draw(FILE *file, const Dist *d) {
    const unsigned long long low = d->low, high = d->high;
    if (d->kind == DIST_TABLE)
        write_table(file, d);
    else if (d->kind == DIST_UNIFORM)
        fprintf(file, "%llu + int(random() * %llu)", low, high - low + 1);
    else if (d->kind == DIST_GEOMETRIC)
        fprintf(file, "min(%llu, %llu - int(log2(1.0 - random()) * %.9f))", high, low,
                share_of_2_32(d->slope));
    else if (d->kind == DIST_POWER)
        fprintf(file, "min(%llu, int(%llu * 2.0 ** (-log2(1.0 - random()) * %.9f)))", high, low,
                share_of_2_32(d->slope));
    else
        fprintf(file, "%llu", low);
}

// ---- classes ----

// Slots beyond those that are named make an object as large as the simulated one.
static void write_slots(FILE *file, const Population *p) {
    const Template *t = &p->template;
    uint32_t named = 0;
    if (is_tree(p))
        for (; named < t->fanout; named++) fprintf(file, "\"child%u\", ", named);
    else
        named += fprintf(file, "\"next\", ") > 0;
    if (t->back_ppm > 0) named += fprintf(file, "\"parent\", ") > 0;
    for (uint32_t k = 0; k < t->links; k++) named += fprintf(file, "\"link%u\", ", k) > 0;
    if (t->payload > 0) named += fprintf(file, "\"payload\", ") > 0;
    uint32_t inside = t->bytes > OBJECT_BYTES ? (t->bytes - OBJECT_BYTES) / SLOT_BYTES : 0;
    for (; named < inside; named++) fprintf(file, "\"spare%u\", ", named);
}

static void write_class(const Script *s, const Population *p) {
    FILE *file = s->file;
    uint32_t number = number_of(s, p);
    fprintf(file, "\n\nclass Object%u:  # of %s\n    __slots__ = (", number, p->name);
    write_slots(file, p);
    fputs(")\n", file);
    if (!is_tree(p)) return;
    fprintf(file, "\n\nCHILDREN%u = (", number);
    for (uint32_t i = 0; i < p->template.fanout; i++) fprintf(file, "\"child%u\", ", i);
    fputs(")\n", file);
}

// ---- units ----

// Draws whether the unit is closed, before it is built.
static void write_closed(FILE *file, const Population *p) {
    if (p->closed_ppm == 0) return;
    fprintf(file, "    is_closed = random() < %.6f\n    closed += is_closed\n", closed_share(p));
}

static void write_payload(FILE *file, const Population *p, bool root) {
    const Template *t = &p->template;
    if (t->payload == 0 || (!root && !t->payload_every)) return;
    fprintf(file, "%s.payload = bytearray(%u)\n", root ? "    root" : "        node", t->payload);
}

static void write_tree(const Script *s, const Population *p) {
    FILE *file = s->file;
    const uint32_t number = number_of(s, p), fanout = p->template.fanout;
    fprintf(file,
            "    nodes = [root]\n    for i in range(1, objects):\n        node = Object%u()\n",
            number);
    write_payload(file, p, false);
    fprintf(file,
            "        nodes.append(node)\n        parent = nodes[(i - 1) // %u]\n"
            "        setattr(parent, CHILDREN%u[(i - 1) %% %u], node)\n",
            fanout, number, fanout);
    if (p->closed_ppm == 0) return;
    if (p->template.back_ppm > 0)
        fputs(
            "        if is_closed:\n            node.parent = parent\n"
            "    if is_closed and objects == 1:\n        root.child0 = root\n",
            file);
    else
        fputs("    if is_closed:\n        nodes[-1].child0 = root\n", file);
}

static void write_chain(const Script *s, const Population *p) {
    FILE *file = s->file;
    fprintf(file, "    last = root\n    for i in range(1, objects):\n        node = Object%u()\n",
            number_of(s, p));
    write_payload(file, p, false);
    fputs("        last.next = node\n        last = node\n", file);
    if (p->closed_ppm > 0) fputs("    if is_closed:\n        last.next = root\n", file);
}

static void write_links(const Script *s, const Population *p) {
    for (uint32_t k = 0; k < p->template.links; k++)
        fprintf(s->file,
                "    if random() < %.6f:\n        target = pick(held[%u])\n"
                "        if target is not None:\n            root.link%u = target\n",
                p->links[k].ppm / (double)PPM, p->links[k].population, k);
}

static void write_hold(const Script *s, const Population *p) {
    FILE *file = s->file;
    const uint32_t number = number_of(s, p);
    if (p->lifetime.kind != LIVES_ALLOCATIONS) {
        fprintf(file, "    held[%u].append(root)\n", number);
        return;
    }
    fputs("    lifetime = ", file);
    write_draw(file, &p->lifetime.allocations);
    fprintf(file,
            "\n    if free[%u]:\n        slot = free[%u].pop()\n        held[%u][slot] = root\n"
            "    else:\n        slot = len(held[%u])\n        held[%u].append(root)\n"
            "    heappush(due, (clock + max(lifetime, 1)) << 40 | %llu | slot)\n",
            number, number, number, number, number, (unsigned long long)number << 34);
}

// A function that builds one unit, holds it, and returns the number of its objects.
static void write_unit(const Script *s, const Population *p) {
    FILE *file = s->file;
    const uint32_t number = number_of(s, p);
    fprintf(file, "\n\ndef build%u(clock):  # one of %s\n    global units, closed\n", number,
            p->name);
    fputs("    units += 1\n    objects = ", file);
    write_draw(file, &p->objects);
    fputc('\n', file);
    write_closed(file, p);
    fprintf(file, "    root = Object%u()\n", number);
    write_payload(file, p, true);
    (is_tree(p) ? write_tree : write_chain)(s, p);
    write_links(s, p);
    write_hold(s, p);
    fputs("    return objects\n", file);
}

// ---- phases ----

static double unit_weight(const Population *p) {
    return (double)p->share / (double)p->objects.mean_parts;
}

// Shares are of allocations; units are chosen, so a share is divided by the mean size of a unit.
static void write_choice(const Script *s, uint32_t phase) {
    const Spec *spec = s->spec;
    double sum = 0, running = 0;
    const char *word = "if";
    for (uint32_t i = 0; i < spec->population_count; i++)
        if (spec->populations[i].phase == phase) sum += unit_weight(&spec->populations[i]);
    fputs("        choice = random()\n", s->file);
    for (uint32_t i = 0; i < spec->population_count; i++) {
        const Population *p = &spec->populations[i];
        if (p->phase != phase || p->share == 0) continue;
        running += unit_weight(p) / sum;
        fprintf(s->file, "        %s choice < %.9f:\n            clock += build%u(clock)\n", word,
                running > 0.999999 ? 1.0 : running, i);
        word = "elif";
    }
}

// Drops, in the order of their birth, the units of this phase whose time is its end.
static void write_drops(const Script *s, LifetimeKind kind, uint32_t phase, const char *indent) {
    for (uint32_t i = 0; i < s->spec->population_count; i++) {
        const Population *p = &s->spec->populations[i];
        if (p->lifetime.kind != kind || (kind == LIVES_PHASE && p->phase != phase)) continue;
        fprintf(s->file, "%sheld[%u].clear()\n", indent, i);
    }
}

static void write_phase(const Script *s, uint32_t phase) {
    const Phase *f = &s->spec->phases[phase];
    FILE *file = s->file;
    fprintf(file, "\n\ndef phase%u(clock):  # %s\n    end = clock + %llu\n", phase, f->name,
            (unsigned long long)f->allocations);
    unsigned long long every = f->collect_every;
    if (every > 0) fprintf(file, "    collect_at = clock + %llu\n", every);
    fputs("    while clock < end:\n        expire(clock)\n", file);
    if (every > 0)
        fprintf(file,
                "        if clock >= collect_at:\n            gc.collect()\n"
                "            collect_at += %llu\n",
                every);
    if (f->allocations > 0) write_choice(s, phase);
    fputs("    expire(clock)\n", file);
    if (every > 0) fputs("    if clock >= collect_at:\n        gc.collect()\n", file);
    write_drops(s, LIVES_PHASE, phase, "    ");
    if (f->collect_at_end) fputs("    gc.collect()\n", file);
    fputs("    return clock\n", file);
}

// ---- the program ----

static const char HEAD[] =
    "import gc\n"
    "from bisect import bisect\n"
    "from heapq import heappop, heappush\n"
    "from math import log2\n"
    "from random import Random\n"
    "\n"
    "generator = Random(SEED)\n"
    "random = generator.random\n"
    "held = [[] for population in range(POPULATIONS)]\n"
    "free = [[] for population in range(POPULATIONS)]  # slots of held that are empty\n"
    "due = []  # when << 40 | population << 34 | slot\n"
    "units = closed = 0\n"
    "\n"
    "\n"
    "def collections():\n"
    "    return sum(generation[\"collections\"] for generation in gc.get_stats())\n"
    "\n"
    "\n"
    "def pick(roots):  # one that is held; a few tries find one unless nearly none is\n"
    "    for i in range(20 if roots else 0):\n"
    "        root = roots[int(random() * len(roots))]\n"
    "        if root is not None:\n"
    "            return root\n"
    "    return None\n"
    "\n"
    "\n"
    "def expire(clock):\n"
    "    while due and due[0] >> 40 <= clock:\n"
    "        item = heappop(due)\n"
    "        population = item >> 34 & 63\n"
    "        slot = item & 0x3FFFFFFFF\n"
    "        held[population][slot] = None\n"
    "        free[population].append(slot)\n";

static void write_main(const Script *s) {
    const Spec *spec = s->spec;
    fprintf(s->file, "\n\nclock = 0\nearlier = collections()\nfor number in range(%llu):\n",
            (unsigned long long)spec->rounds);
    for (uint32_t i = 0; i < spec->phase_count; i++)
        fprintf(s->file, "    clock = phase%u(clock)\n", i);
    fputs("    expire(1 << 60)\n", s->file);
    write_drops(s, LIVES_ROUND, 0, "    ");
    fputs("print(clock, units, closed, collections() - earlier)\n", s->file);
}

bool script_write(FILE *file, const Spec *spec, Error *error) {
    const Script s = {file, spec};
    for (uint32_t i = 0; i < spec->population_count; i++) {
        const char *why = refusal(&spec->populations[i]);
        if (why != NULL)
            return error_set(error, "%s: population %s: %s has no counterpart in a plain script",
                             spec->name, spec->populations[i].name, why);
    }
    fprintf(file,
            "# %s -- a workload as a plain Python program, written by `ouro bench --script`\n",
            spec->name);
    fprintf(file, "SEED = %llu\nPOPULATIONS = %u\n\n", (unsigned long long)spec->seed,
            spec->population_count);
    fputs(HEAD, file);
    for (uint32_t i = 0; i < spec->population_count; i++) write_class(&s, &spec->populations[i]);
    for (uint32_t i = 0; i < spec->population_count; i++) write_unit(&s, &spec->populations[i]);
    for (uint32_t i = 0; i < spec->phase_count; i++) write_phase(&s, i);
    write_main(&s);
    return true;
}
