// rules.h -- a policy as a text: when conditions hold, carry out plans and remember values
//
//     [policy]
//     name   = budget
//     spaces = heap
//
//     [values]
//     limit_bytes = 32M
//
//     [rule full]
//     when = live_bytes > limit_bytes
//     do   = collect heap into heap
//     set  = limit_bytes = 2 * live_bytes
//
// `ouro help policy-file` is the grammar, from the lists below.
//
// When it wakes: a rule fires at the very first allocation at which its conditions hold, without a
// look at each. Of conditions that are joined by `and`, one that does not hold now is enough to
// watch: until it does, all of them together cannot. So each alternative sets one fuse, on the
// first of its conditions that is false and that a fuse can stand for; when that blows, they are
// looked at anew, and either the rule fires or another one is false. What no fuse stands for
// (objects of a space, say, or anything that falls) is looked at whenever the clock is a multiple
// of `every`.
#ifndef OURO_RULES_H
#define OURO_RULES_H

#include "policy.h"

enum {
    RULES_MAX = 16,
    RULE_ALTERNATIVES_MAX = 4,
    RULE_CONDITIONS_MAX = 8,
    RULE_TERMS_MAX = 3,
    RULE_STEPS_MAX = 4,
    RULE_SETS_MAX = 8,
    RULE_NAME_SIZE = 32
};

// How a quantity moves between two wakes: not at all; any way, but a fuse tells when it has risen
// to some number; any way, and no fuse tells.
typedef enum { MOVES_NOT, MOVES_WATCHED, MOVES_FREELY } RuleMove;

//        enumerator             name                  how it moves   what it is
#define RULE_QUANTITIES(X)                                                                      \
    X(QUANTITY_YOUNG, "young", MOVES_WATCHED, "net allocations since it was reset")             \
    X(QUANTITY_CLOCK, "clock", MOVES_WATCHED, "objects allocated so far")                       \
    X(QUANTITY_LIVE_BYTES, "live_bytes", MOVES_WATCHED, "bytes allocated and not freed")        \
    X(QUANTITY_LIVE_OBJECTS, "live_objects", MOVES_FREELY, "objects allocated and not freed")   \
    X(QUANTITY_PAYLOAD_BYTES, "payload_bytes", MOVES_FREELY, "native memory among live_bytes")  \
    X(QUANTITY_ALLOCATED_BYTES, "allocated_bytes", MOVES_FREELY, "bytes allocated so far")      \
    X(QUANTITY_HELD_BYTES, "held_bytes", MOVES_FREELY, "what the allocator holds")              \
    X(QUANTITY_ROUND, "round", MOVES_NOT, "number of the round, from 0")                        \
    X(QUANTITY_CANDIDATES, "last.candidates", MOVES_NOT, "objects the last plan looked at")     \
    X(QUANTITY_COLLECTED, "last.collected", MOVES_NOT, "of these: freed")                       \
    X(QUANTITY_SURVIVORS, "last.survivors", MOVES_NOT, "of these: reachable")                   \
    X(QUANTITY_UNCOLLECTABLE, "last.uncollectable", MOVES_NOT, "of these: garbage that stays")  \
    X(QUANTITY_RESURRECTED, "last.resurrected", MOVES_NOT, "of these: finalizers brought back") \
    X(QUANTITY_YIELD, "last.yield", MOVES_NOT, "last.collected in thousandths of last.candidates")

typedef enum {
#define X(enumerator, name, moves, what) enumerator,
    RULE_QUANTITIES(X)
#undef X
        QUANTITIES,  // those with a name of their own
    QUANTITY_NUMBER = QUANTITIES,
    QUANTITY_VALUE,          // of [values], by index
    QUANTITY_SPACE_OBJECTS,  // "SPACE.objects", by index
    QUANTITY_SPACE_BYTES
} RuleQuantity;

typedef struct {
    RuleQuantity quantity;
    uint8_t index;
    bool minus;       // taken from what stands before it, down to 0
    uint64_t number;  // QUANTITY_NUMBER: it; else a factor in thousandths
} RuleTerm;

typedef struct {
    uint32_t count;
    RuleTerm terms[RULE_TERMS_MAX];
} RuleSum;

//        enumerator       as it is written   how the quantity on its left compares
#define RULE_COMPARISONS(X)               \
    X(COMPARE_ABOVE, ">", left > right)   \
    X(COMPARE_FROM, ">=", left >= right)  \
    X(COMPARE_BELOW, "<", left < right)   \
    X(COMPARE_UP_TO, "<=", left <= right) \
    X(COMPARE_EQUAL, "==", left == right) \
    X(COMPARE_UNEQUAL, "!=", left != right)

typedef enum {
#define X(enumerator, text, holds) enumerator,
    RULE_COMPARISONS(X)
#undef X
        COMPARISONS
} RuleComparison;

//        enumerator        as it is written, NAME being a phase   what it is
#define RULE_EVENTS(X)                                         \
    X(EVENT_BEGIN, "begin", "NAME", "this phase begins")       \
    X(EVENT_END, "end", "NAME", "this phase has ended")        \
    X(EVENT_ROUND_END, "round-end", "", "the round has ended") \
    X(EVENT_COLLECT, "gc.collect", "", "the program calls gc.collect()")

typedef enum {
    EVENT_NONE,
#define X(enumerator, text, name, what) enumerator,
    RULE_EVENTS(X)
#undef X
        EVENT_IN_PHASE,  // "phase == NAME": no event, but about phases as well
    EVENT_NOT_IN_PHASE   // "phase != NAME"
} RuleEvent;

// An event, or a comparison.
typedef struct {
    RuleEvent event;
    uint8_t phase;  // which of Rules.phases
    RuleTerm left;
    RuleComparison comparison;
    RuleSum right;
} RuleCondition;

typedef struct {
    uint32_t count;
    bool at_event;  // one of them is an event: looked at then, and only then
    RuleCondition conditions[RULE_CONDITIONS_MAX];
} RuleAlternative;

typedef struct {
    uint8_t value;
    RuleSum sum;
} RuleSet;

typedef struct {
    char name[RULE_NAME_SIZE];
    uint32_t alternative_count, step_count, set_count;
    RuleAlternative alternatives[RULE_ALTERNATIVES_MAX];
    Plan steps[RULE_STEPS_MAX];   // one after the other, when any alternative holds
    RuleSet sets[RULE_SETS_MAX];  // then
} Rule;

typedef struct {
    Policy policy;  // what runs
    void *initial;  // its Policy.initial
    char name[RULE_NAME_SIZE], summary[256], source[256];
    uint64_t every;
    bool at_safepoint, reads_held;
    uint32_t space_count, value_count, phase_count, birth_count, rule_count;
    char spaces[SPACES_MAX][RULE_NAME_SIZE];
    bool is_region[SPACES_MAX];
    char values[KNOBS_MAX][RULE_NAME_SIZE], fallbacks[KNOBS_MAX][RULE_NAME_SIZE];
    Knob knobs[KNOBS_MAX];
    char phases[POLICY_PHASES_MAX][KNOB_TEXT_SIZE];  // that conditions name
    uint8_t birth_space;                             // of all but these
    char births[POLICY_POPULATIONS_MAX][KNOB_TEXT_SIZE];
    uint8_t birth_spaces[POLICY_POPULATIONS_MAX];
    Rule rules[RULES_MAX];
} Rules;

// Reads `text` of `length` bytes, which `path` holds. NULL with `error` (file, line, key, found,
// allowed). The result's `policy` lives as long as the result; rules_free ends it.
Rules *rules_read(const char *path, const char *text, size_t length, Error *error);
void rules_free(Rules *rules);

// The entry points of every such policy (rules.c), for rules_read.
bool rules_start(void *state, const KnobValue *values, const WorkloadNames *names,
                 SpaceSetup *setup, Error *error);
void rules_wake(void *state, const HeapView *view, Decision *decision);
size_t rules_state_size(void);

// A state that knows its rules and nothing else yet; free() ends it.
void *rules_state_new(const Rules *rules);

RuleMove rules_quantity_moves(RuleQuantity quantity);

// Whether a fuse can stand for the condition.
bool rules_is_watched(const RuleCondition *condition);

// Whether nothing but a wake can change it.
bool rules_is_constant(const RuleCondition *condition);

// One value of a key that holds words: rules_words.c. What it names must have been read: spaces,
// values. False with `error`, without file and line.
bool rules_when(Rules *rules, Rule *rule, const char *text, Error *error);
bool rules_do(Rules *rules, Rule *rule, const char *text, FinalizerRule finalizers, Error *error);
bool rules_set(Rules *rules, Rule *rule, const char *text, Error *error);
bool rules_space(const Rules *rules, const char *name, uint8_t *space, Error *error);
bool rules_name(const char *name, char result[RULE_NAME_SIZE], Error *error);

#endif
