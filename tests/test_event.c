// test_event.c -- the closed forms of the shapes against graphs built member by member
//
// The oracle builds each shape the slow way, from the words in event.h: it keeps a list of edges
// and knows neither slots nor formulas.
#include "event.h"

#include <stdlib.h>
#include <string.h>

#include "rng.h"
#include "suites.h"

enum { MEMBERS_MAX = 150, EDGES_MAX = 20000 };

typedef struct {
    uint32_t from, to;
} Edge;

typedef struct {
    uint32_t count;
    Edge edges[EDGES_MAX];
} Edges;

typedef struct {
    Template template;
    uint32_t objects;
    bool closed;
} Case;

// Stops the test when something is wrong with a unit. (An assertion that holds costs a message to
// the parent process: too much here.)
#define CASE_CHECK(c, condition)                                                              \
    do {                                                                                      \
        if (condition) break;                                                                 \
        ck_abort_msg(                                                                         \
            "shape %u, fanout %u, links %u, back %u ppm, %u objects, closed %d: " #condition, \
            (c)->template.shape, (c)->template.fanout, (c)->template.links,                   \
            (c)->template.back_ppm, (c)->objects, (c)->closed);                               \
    } while (0)

static void edge_add(Edges *edges, uint32_t from, uint32_t to) {
    CHECK(edges->count < EDGES_MAX);
    edges->edges[edges->count++] = (Edge){from, to};
}

// ---- the oracle ----

// A node's records come right after it; its child nodes are the next ones that need a parent.
static void naive_btree(Edges *edges, const Case *c) {
    uint32_t nodes[MEMBERS_MAX], children[MEMBERS_MAX] = {0}, made = 0, parent = 0;
    for (uint32_t i = 0; i < c->objects; made++) {
        if (i > 0) {
            while (children[parent] == c->template.fanout) parent++;
            children[parent]++;
            edge_add(edges, nodes[parent], i);
        }
        nodes[made] = i++;
        for (uint32_t k = 0; k < c->template.fanout && i < c->objects; k++) {
            edge_add(edges, nodes[made], i++);
        }
    }
}

static void naive_tree(Edges *edges, const Case *c) {
    uint32_t children[MEMBERS_MAX] = {0}, parent = 0;
    for (uint32_t i = 1; i < c->objects; i++) {
        while (children[parent] == c->template.fanout) parent++;
        children[parent]++;
        edge_add(edges, parent, i);
    }
}

static void naive_mesh(Edges *edges, const Case *c) {
    for (uint32_t i = 0; i < c->objects; i++) {
        for (uint32_t step = 1; step <= c->template.fanout; step++) {
            if (i + step < c->objects) edge_add(edges, i, i + step);
            if (c->closed && step <= i) edge_add(edges, i, i - step);
        }
    }
}

// Of the edges parent -> child, in order of the children, `back_ppm` have one back; one at least.
static void naive_backs(Edges *edges, const Case *c) {
    uint32_t owners = edges->count, parents[MEMBERS_MAX] = {0};
    uint64_t credit = 0;
    for (uint32_t k = 0; k < owners; k++) parents[edges->edges[k].to] = edges->edges[k].from;
    for (uint32_t i = 1; i < c->objects; i++) {
        credit += c->template.back_ppm;
        if (credit >= PPM || (i + 1 == c->objects && edges->count == owners)) {
            edge_add(edges, i, parents[i]);
            credit -= credit >= PPM ? PPM : credit;
        }
    }
}

static void naive_edges(Edges *edges, const Case *c) {
    bool is_mesh = c->template.shape == SHAPE_MESH;
    edges->count = 0;
    if (is_mesh) naive_mesh(edges, c);
    if (c->template.shape == SHAPE_TREE) naive_tree(edges, c);
    if (c->template.shape == SHAPE_BTREE) naive_btree(edges, c);
    if (!is_mesh && c->template.shape != SHAPE_TREE && c->template.shape != SHAPE_BTREE) {
        for (uint32_t i = 1; i < c->objects; i++) edge_add(edges, i - 1, i);
    }
    if (!c->closed) return;
    if (c->objects == 1) {
        edge_add(edges, 0, 0);
    } else if (!is_mesh && c->template.back_ppm > 0) {
        naive_backs(edges, c);
    } else if (!is_mesh) {
        edge_add(edges, c->objects - 1, 0);
    }
}

// ---- the unit as a heap would build it ----

static int by_ends(const void *a, const void *b) {
    const Edge *first = a, *second = b;
    int from = (first->from > second->from) - (first->from < second->from);
    return from != 0 ? from : (first->to > second->to) - (first->to < second->to);
}

typedef struct {
    Edges edges;
    uint32_t slots[MEMBERS_MAX];
    uint64_t slots_total;
    bool taken[MEMBERS_MAX][MEMBERS_MAX];  // by member and slot
} Unit;

static void unit_fill(Unit *unit, const Case *c, uint32_t from, uint32_t slot, uint32_t to) {
    CASE_CHECK(c, slot < unit->slots[from]);
    CASE_CHECK(c, !unit->taken[from][slot]);
    unit->taken[from][slot] = true;
    edge_add(&unit->edges, from, to);
}

static void unit_build(Unit *unit, const Case *c) {
    const Template *t = &c->template;
    memset(unit, 0, sizeof *unit);
    for (uint32_t i = 0; i < c->objects; i++) {
        Member member = template_member(t, c->objects, c->closed, i);
        unit->slots[i] = member.slots;
        unit->slots_total += member.slots;
        CASE_CHECK(c, member.slots < MEMBERS_MAX);
        CASE_CHECK(c, i == 0 || member.parent < i);
        if (i > 0) unit_fill(unit, c, member.parent, member.parent_slot, i);
        for (uint32_t k = 0; k < member.stores; k++) {
            MemberStore store = template_store(t, c->objects, c->closed, i, k);
            CASE_CHECK(c, store.from <= i && store.to <= i);
            unit_fill(unit, c, store.from, store.slot, store.to);
        }
    }
}

// Links have slots of their own, and then none is left over.
static void unit_check_slots(Unit *unit, const Case *c) {
    const Template *t = &c->template;
    for (uint32_t link = 0; link < t->links; link++) {
        uint32_t slot = template_link_slot(t, c->objects, c->closed, link);
        CASE_CHECK(c, slot < unit->slots[0] && !unit->taken[0][slot]);
        unit->taken[0][slot] = true;
    }
    CASE_CHECK(c, unit->slots_total == (uint64_t)unit->edges.count + t->links);
    CASE_CHECK(c, unit->slots_total == template_slots_total(t, c->objects, c->closed));
    for (uint32_t i = 0; i < c->objects && t->shape != SHAPE_BTREE; i++) {
        CASE_CHECK(c, unit->slots[i] <= template_slots_needed(t));
    }
}

static void unit_check_edges(Unit *unit, const Case *c) {
    static Edges expected;
    naive_edges(&expected, c);
    CASE_CHECK(c, unit->edges.count == expected.count);
    qsort(unit->edges.edges, expected.count, sizeof(Edge), by_ends);
    qsort(expected.edges, expected.count, sizeof(Edge), by_ends);
    for (uint32_t k = 0; k < expected.count; k++) {
        CASE_CHECK(c, by_ends(&unit->edges.edges[k], &expected.edges[k]) == 0);
    }
}

static void unit_check_reach(const Unit *unit, const Case *c) {
    bool reached[MEMBERS_MAX] = {true}, grows = true;
    while (grows) {
        grows = false;
        for (uint32_t k = 0; k < unit->edges.count; k++) {
            Edge edge = unit->edges.edges[k];
            if (!reached[edge.from] || reached[edge.to]) continue;
            reached[edge.to] = grows = true;
        }
    }
    for (uint32_t i = 0; i < c->objects; i++) CASE_CHECK(c, reached[i]);
}

// Frees whatever nobody refers to, over and over: all of an open unit, never all of a closed one.
static void unit_check_death(const Unit *unit, const Case *c) {
    uint32_t refs[MEMBERS_MAX] = {0}, left = c->objects;
    bool freed[MEMBERS_MAX] = {false}, shrinks = true;
    for (uint32_t k = 0; k < unit->edges.count; k++) refs[unit->edges.edges[k].to]++;
    while (shrinks) {
        shrinks = false;
        for (uint32_t i = 0; i < c->objects; i++) {
            if (freed[i] || refs[i] > 0) continue;
            freed[i] = shrinks = true;
            left--;
            for (uint32_t k = 0; k < unit->edges.count; k++) {
                if (unit->edges.edges[k].from == i) refs[unit->edges.edges[k].to]--;
            }
        }
    }
    CASE_CHECK(c, c->closed == (left > 0));
}

static void case_check(const Case *c) {
    static Unit unit;
    unit_build(&unit, c);
    unit_check_slots(&unit, c);
    unit_check_edges(&unit, c);
    unit_check_reach(&unit, c);
    unit_check_death(&unit, c);
}

static void sizes_check(Case c) {
    static const uint32_t larger[] = {64, 85, 130};
    for (c.objects = 1; c.objects <= 40; c.objects++) case_check(&c);
    for (size_t i = 0; i < ARRAY_LENGTH(larger); i++) {
        c.objects = larger[i];
        case_check(&c);
    }
}

// Everything that a template of this shape may say, open and closed.
static void shape_check(Shape shape) {
    static const uint16_t fanouts[] = {1, 2, 3, 8, 50};
    static const uint32_t backs[] = {0, 300000, 1000000, 1};
    bool fans = shape == SHAPE_TREE || shape == SHAPE_BTREE || shape == SHAPE_MESH;
    for (size_t f = 0; f < (fans ? ARRAY_LENGTH(fanouts) : 1); f++) {
        for (size_t b = 0; b < ARRAY_LENGTH(backs); b++) {
            Template template = {.shape = (uint8_t)shape,
                                 .links = (uint8_t)(b % 3),
                                 .fanout = fans ? fanouts[f] : 0,
                                 .back_ppm = backs[b]};
            sizes_check((Case){template, 0, false});
            sizes_check((Case){template, 0, true});
        }
    }
}

START_TEST(every_shape_is_the_graph_in_its_words) { shape_check((Shape)_i); }
END_TEST

// ---- by hand ----

// Members of a closed unit without back links or links.
static Template template_of(Shape shape, uint16_t fanout) {
    return (Template){.shape = (uint8_t)shape, .fanout = fanout, .bytes = 80};
}

START_TEST(the_last_of_a_closed_chain_refers_to_the_root) {
    Template chain = template_of(SHAPE_CHAIN, 0);
    ck_assert_uint_eq(template_member(&chain, 5, true, 4).stores, 1);
    MemberStore closing = template_store(&chain, 5, true, 4, 0);
    ck_assert_uint_eq(closing.from, 4);
    ck_assert_uint_eq(closing.to, 0);
}
END_TEST

START_TEST(tree_nodes_have_fanout_children) {
    Template tree = template_of(SHAPE_TREE, 4);
    for (uint32_t i = 1; i < 85; i++) {
        ck_assert_uint_eq(template_member(&tree, 85, false, i).parent, (i - 1) / 4);
        ck_assert_uint_eq(template_member(&tree, 85, false, i).slots, i < 21 ? 4 : 0);
    }
}
END_TEST

START_TEST(a_complete_mesh_of_1000_has_499500_edges) {
    Template mesh = template_of(SHAPE_MESH, 999);
    uint64_t edges = 0;
    for (uint32_t i = 0; i < 1000; i++) {
        edges += (i > 0) + template_member(&mesh, 1000, false, i).stores;
    }
    ck_assert_uint_eq(edges, 499500);
    ck_assert_uint_eq(template_slots_total(&mesh, 1000, false), 499500);
    ck_assert_uint_eq(template_slots_total(&mesh, 1000, true), 999000);
}
END_TEST

START_TEST(links_take_the_last_slots_of_the_root) {
    Template pair = template_of(SHAPE_PAIR, 0);
    pair.links = 2;
    ck_assert_uint_eq(template_member(&pair, 2, true, 0).slots, 3);
    ck_assert_uint_eq(template_link_slot(&pair, 2, true, 0), 1);
    ck_assert_uint_eq(template_link_slot(&pair, 2, true, 1), 2);
}
END_TEST

START_TEST(instances_alternate_with_their_dicts) {
    Template instance = template_of(SHAPE_INSTANCE, 0);
    ck_assert_uint_eq(template_bytes(&instance, 2), 80);
    ck_assert_uint_eq(template_bytes(&instance, 3), DICT_BYTES);
}
END_TEST

START_TEST(nodes_of_a_btree_are_as_large_as_their_fanout) {
    Template btree = template_of(SHAPE_BTREE, 3);
    ck_assert_uint_eq(template_bytes(&btree, 4), OBJECT_BYTES + 6 * SLOT_BYTES);
    ck_assert_uint_eq(template_bytes(&btree, 5), 80);
}
END_TEST

START_TEST(the_payload_hangs_off_the_root_unless_off_every_object) {
    Template chain = template_of(SHAPE_CHAIN, 0);
    chain.payload = 1000;
    ck_assert_uint_eq(template_payload(&chain, 0), 1000);
    ck_assert_uint_eq(template_payload(&chain, 1), 0);
    chain.payload_every = true;
    ck_assert_uint_eq(template_payload(&chain, 1), 1000);
}
END_TEST

START_TEST(every_operation_has_its_name) {
    ck_assert_str_eq(event_op_name(OP_UNIT), "UNIT");
    ck_assert_str_eq(event_op_name(OP_PHASE), "PHASE");
}
END_TEST

Suite *event_suite(void) {
    Suite *suite = suite_create("event");
    TCase *by_hand = tcase_create("by hand");
    tcase_add_test(by_hand, the_last_of_a_closed_chain_refers_to_the_root);
    tcase_add_test(by_hand, tree_nodes_have_fanout_children);
    tcase_add_test(by_hand, a_complete_mesh_of_1000_has_499500_edges);
    tcase_add_test(by_hand, links_take_the_last_slots_of_the_root);
    tcase_add_test(by_hand, instances_alternate_with_their_dicts);
    tcase_add_test(by_hand, nodes_of_a_btree_are_as_large_as_their_fanout);
    tcase_add_test(by_hand, the_payload_hangs_off_the_root_unless_off_every_object);
    tcase_add_test(by_hand, every_operation_has_its_name);
    suite_add_tcase(suite, by_hand);
    TCase *shapes = tcase_create("shapes");
    tcase_add_loop_test(shapes, every_shape_is_the_graph_in_its_words, 0, SHAPE_COUNT);
    suite_add_tcase(suite, shapes);
    return suite;
}
