// event.c -- the instruction set, and the closed forms of the shapes
//
// Every shape is a tree of members in birth order, each owned by its parent, plus what closes it.
// So a shape is three functions: parent(i), the position of i among its parent's children, and the
// number of children. The slots of a member are laid out as
//   [its children][what closes the unit: a back link, or the closing edge][root only: links]
#include "event.h"

#include "rng.h"

const char *event_op_name(EventOp op) {
    static const char *const names[] = {
#define X(op, what, flags, value, target) #op,
        EVENT_OPS(X)
#undef X
    };
    CHECK(op < OP_COUNT);
    return names[op];
}

typedef struct {
    uint32_t parent;
    uint32_t position;  // among the parent's children
    uint32_t children;
} Place;

static uint32_t clamp_children(uint64_t members_left, uint32_t fanout) {
    return members_left < fanout ? (uint32_t)members_left : fanout;
}

static Place place_in_chain(uint32_t objects, uint32_t i) {
    return (Place){i - 1, 0, i + 1 < objects};
}

static Place place_in_tree(uint32_t objects, uint32_t i, uint32_t fanout) {
    uint64_t first = (uint64_t)i * fanout + 1;
    uint32_t children = first < objects ? clamp_children(objects - first, fanout) : 0;
    return (Place){(i - 1) / fanout, (i - 1) % fanout, children};
}

// Members come in groups: a node, then its records. Group g hangs below node (g - 1) / fanout.
static Place place_in_btree(uint32_t objects, uint32_t i, uint32_t fanout) {
    uint32_t size = fanout + 1, group = i / size, record = i % size;
    if (record > 0) return (Place){i - record, record - 1, 0};
    uint32_t groups = (uint32_t)(((uint64_t)objects + fanout) / size);
    uint32_t records = clamp_children(objects - i - 1, fanout);
    uint64_t first = (uint64_t)group * fanout + 1;
    uint32_t nodes = first < groups ? clamp_children(groups - first, fanout) : 0;
    return (Place){(group - 1) / fanout * size, fanout + (group - 1) % fanout, records + nodes};
}

static Place place_of(const Template *t, uint32_t objects, uint32_t i) {
    if (t->shape == SHAPE_TREE) return place_in_tree(objects, i, t->fanout);
    if (t->shape == SHAPE_BTREE) return place_in_btree(objects, i, t->fanout);
    Place place = place_in_chain(objects, i);
    if (t->shape == SHAPE_MESH) place.children = clamp_children(objects - 1 - i, t->fanout);
    return place;
}

static uint32_t backs_up_to(const Template *t, uint32_t i) {
    return (uint32_t)((uint64_t)i * t->back_ppm / PPM);
}

// Back links are spread evenly over the members; a closed unit has one at least.
static bool has_back(const Template *t, uint32_t objects, bool closed, uint32_t i) {
    if (!closed || t->back_ppm == 0 || i == 0) return false;
    if (backs_up_to(t, i) > backs_up_to(t, i - 1)) return true;
    return i + 1 == objects && backs_up_to(t, i) == 0;
}

// Without back links one edge closes the unit: from the last member to the root.
static bool has_closing(const Template *t, uint32_t objects, bool closed, uint32_t i) {
    return closed && i + 1 == objects && (objects == 1 || t->back_ppm == 0);
}

static Member mesh_member(const Template *t, uint32_t objects, bool closed, uint32_t i) {
    uint32_t before = clamp_children(i, t->fanout);
    Place place = place_of(t, objects, i);
    uint32_t backs = closed ? before : 0, itself = closed && objects == 1;
    uint32_t forward = before > 0 ? before - 1 : 0;  // one of them is the attachment
    return (Member){place.parent, place.position, place.children + backs + itself,
                    forward + backs + itself};
}

Member template_member(const Template *t, uint32_t objects, bool closed, uint32_t i) {
    Member member;
    if (t->shape == SHAPE_MESH) {
        member = mesh_member(t, objects, closed, i);
    } else {
        Place place = place_of(t, objects, i);
        uint32_t extra = has_back(t, objects, closed, i) || has_closing(t, objects, closed, i);
        member = (Member){place.parent, place.position, place.children + extra, extra};
    }
    if (i == 0) member.slots += t->links;
    return member;
}

// Of a mesh: first the members i-2, i-3, ... refer to i, then i to i-1, i-2, ...
static MemberStore mesh_store(const Template *t, uint32_t objects, uint32_t i, uint32_t k) {
    if (objects == 1) return (MemberStore){0, 0, 0};
    uint32_t before = clamp_children(i, t->fanout), forward = before - 1;
    if (k < forward) return (MemberStore){i - 2 - k, k + 1, i};
    uint32_t back = k - forward;
    return (MemberStore){i, clamp_children(objects - 1 - i, t->fanout) + back, i - 1 - back};
}

MemberStore template_store(const Template *t, uint32_t objects, bool closed, uint32_t i,
                           uint32_t k) {
    if (t->shape == SHAPE_MESH) return mesh_store(t, objects, i, k);
    Place place = place_of(t, objects, i);
    uint32_t to = has_closing(t, objects, closed, i) ? 0 : place.parent;
    return (MemberStore){i, place.children, to};
}

uint32_t template_link_slot(const Template *t, uint32_t objects, bool closed, uint32_t link) {
    return template_member(t, objects, closed, 0).slots - t->links + link;
}

// 0 + 1 + ... + (n - 1) with every term cut at `degree`.
static uint64_t mesh_edges(uint64_t n, uint64_t degree) {
    if (n <= degree + 1) return n * (n - 1) / 2;
    return degree * (degree + 1) / 2 + (n - 1 - degree) * degree;
}

uint64_t template_slots_total(const Template *t, uint32_t objects, bool closed) {
    if (t->shape == SHAPE_MESH) {
        uint64_t edges = mesh_edges(objects, t->fanout);
        return t->links + (closed ? 2 * edges + (objects == 1) : edges);
    }
    uint64_t total = (uint64_t)t->links + objects - 1;
    if (!closed) return total;
    if (t->back_ppm == 0 || objects == 1) return total + 1;
    return total + max_u64(backs_up_to(t, objects - 1), 1);
}

uint32_t template_slots_needed(const Template *t) {
    uint32_t back = t->back_ppm > 0;
    switch ((Shape)t->shape) {
        case SHAPE_TREE:
            return t->fanout + back + t->links;
        case SHAPE_MESH:
            return 2u * t->fanout + t->links;
        case SHAPE_BTREE:
            return 1 + back + t->links;
        default:
            return 1 + back + t->links;
    }
}
