// bad.c -- a plug-in that is wrong in one way: BAD says which (tests/plugins/bad.tsv)
#include <ouro/policy.h>

enum {
    FINE,
    NO_NAME,
    COLON_IN_NAME,
    NO_START,
    NO_WAKE,
    KNOB_KIND,
    KNOB_DEFAULT,
    KNOB_TWICE,
    KNOB_COMMA,
    NO_SPACES,
    REFUSES,
    REFUSES_MUTELY,
    SPACES,
    INTO,
    KIND,
    BIRTHS,
    ENDLESS,
    BUDGET,
    CRASH,
    CHECKS,
    OTHER_ABI,
    OTHER_SIZE,
    NO_POLICY,
    UNDEFINED
};

static const Knob knobs[] = {
    {BAD == KNOB_COMMA ? "a,b" : "a", BAD == KNOB_KIND ? (KnobKind)9 : KNOB_COUNT,
     BAD == KNOB_DEFAULT ? "100" : "5", 0, 9, NULL, "a knob"},
    {BAD == KNOB_TWICE ? "a" : "b", KNOB_FLAG, "no", 0, 0, NULL, "another"},
};

static bool bad_start(void *state, const KnobValue *values, const WorkloadNames *names,
                      SpaceSetup *setup, Error *error) {
    (void)state, (void)values, (void)names;
    setup->space_count = BAD == NO_SPACES ? 0 : 2;
    setup->space_names[0] = "one";
    setup->space_names[1] = "two";
    if (BAD == REFUSES_MUTELY) return false;
    return BAD != REFUSES || error_set(error, "it is not in the mood");
}

static void bad_wake(void *state, const HeapView *view, Decision *decision) {
    decision->fuse.clock = view->clock + 50;
    if (BAD == BIRTHS) decision->birth_space[0] = 2;
    if (BAD == CRASH && view->reason == WAKE_CLOCK) *(volatile int *)NULL = 1;
    if (BAD == CHECKS) CHECK(state == NULL);
    if (view->reason != WAKE_CLOCK && BAD != ENDLESS) return;
    decision->plan = (Plan){.kind = BAD == KIND ? (PlanKind)77 : PLAN_COLLECT,
                            .spaces = BAD == SPACES ? 4 : 1,
                            .into = BAD == INTO ? 7 : 1,
                            .budget = BAD == BUDGET ? 5 : 0};
}

static const Policy bad_policy = {
    .name = BAD == NO_NAME         ? NULL
            : BAD == COLON_IN_NAME ? "a:b"
                                   : "bad",
    .summary = "wrong in one way",
    .source = "a test",
    .knobs = knobs,
    .knob_count = ARRAY_LENGTH(knobs),
    .state_size = 8,
    .start = BAD == NO_START ? NULL : bad_start,
    .wake = BAD == NO_WAKE ? NULL : bad_wake,
};

#ifdef SILENT
const Policy *const nobody_asks = &bad_policy;
#else
const OuroPlugin ouro_plugin = {BAD == OTHER_ABI ? 99 : OURO_POLICY_ABI,
                                sizeof(Policy),
                                sizeof(Knob),
                                sizeof(KnobValue),
                                BAD == OTHER_SIZE ? 8 : sizeof(HeapView),
                                sizeof(Decision),
                                sizeof(SpaceSetup),
                                sizeof(WorkloadNames),
                                sizeof(Error),
                                BAD == NO_POLICY ? NULL : &bad_policy};
#endif

#ifdef CALLS_INSIDE
void *calls_inside(void) { return memory_new(1, 1); }
#endif
