// gate_prove.c -- ouro gate --prove: shows that the gate can say no
//
// Three kinds of proof. The unchanged suite must be green. With one policy really replaced by a
// worse one, everything else as it was, the gate must be red, and for the right reason. And with a
// baseline that is damaged, or of something else, it must refuse to judge.
#include "gate_prove.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "baseline.h"
#include "gate_compare.h"
#include "gate_results.h"

typedef struct {
    const char *kind, *workload, *policy, *changed, *metric;
    GateState state;
} Proof;

static const Proof PROOFS[] = {
#define PROOF(kind, workload, policy, changed, metric, state) \
    {kind, workload, policy, changed, metric, GATE_##state},
#include "gate_proofs.def"
#undef PROOF
};

typedef struct {
    unsigned passed, failed;
} Tally;

static void tell(Tally *tally, bool good, const char *kind, const char *what) {
    printf("%s  %-22s %s\n", good ? "proved" : "FAILED", kind, what);
    tally->passed += good;
    tally->failed += !good;
}

// ---- the unchanged suite ----

static void prove_green(const ProofBasis *basis, Tally *tally) {
    char what[600];
    Verdict verdict;
    Error error = {0};
    if (!gate_compare(&verdict, basis->baseline, basis->results, basis->allowances, basis->today,
                      &error)) {
        tell(tally, false, "unchanged", error.text);
        return;
    }
    int code = verdict_code(&verdict);
    snprintf(what, sizeof what, "exit code %d, %llu figures of %llu runs unchanged", code,
             (unsigned long long)verdict.unchanged, (unsigned long long)verdict.runs);
    tell(tally, code == 0, "unchanged", what);
    verdict_free(&verdict);
}

// ---- a policy that is worse ----

// The results with one run taken out.
static bool copy_without(GateFigures *copy, const GateFigures *results, const char *workload,
                         const char *policy, Error *error) {
    for (size_t i = 0; i < results->count; i++) {
        const GateFigure *row = &results->rows[i];
        if (strcmp(row->workload, workload) == 0 && strcmp(row->policy, policy) == 0) continue;
        if (!gate_figures_add(copy, *row, error)) return false;
    }
    return true;
}

// Red, and the expected figure of that run among the reasons?
static bool is_shown(const Verdict *verdict, const Proof *proof, char *what, size_t size) {
    for (size_t i = 0; i < verdict->count; i++) {
        const Finding *f = &verdict->findings[i];
        const GateFigure *key = finding_key(f);
        if (f->state != proof->state || strcmp(key->workload, proof->workload) != 0 ||
            strcmp(key->policy, proof->policy) != 0 || strcmp(key->metric, proof->metric) != 0)
            continue;
        snprintf(what, size, "%s under %s made %s: exit code %d, %s: %s %s -> %s", proof->workload,
                 proof->policy, proof->changed, verdict_code(verdict), key->metric,
                 gate_state_name(f->state), f->base->value, f->found->value);
        return verdict_code(verdict) == 1;
    }
    snprintf(what, size, "%s under %s made %s: exit code %d, and %s is not %s", proof->workload,
             proof->policy, proof->changed, verdict_code(verdict), proof->metric,
             gate_state_name(proof->state));
    return false;
}

static bool prove_red(const ProofBasis *basis, const Proof *proof, Tally *tally, Error *error) {
    char what[900];
    GateFigures results = {0};
    Allowances none = {.waiver_count = 0};
    Verdict verdict;
    bool good = copy_without(&results, basis->results, proof->workload, proof->policy, error) &&
                gate_run_as(&results, proof->workload, proof->changed, proof->policy, error) &&
                gate_figures_settle(&results, error) &&
                gate_compare(&verdict, basis->baseline, &results, &none, basis->today, error);
    if (good) {
        bool shown = is_shown(&verdict, proof, what, sizeof what);
        tell(tally, shown, proof->kind, what);
        verdict_free(&verdict);
    }
    gate_figures_free(&results);
    return good;
}

static bool prove_missing(const ProofBasis *basis, Tally *tally, Error *error) {
    const Proof proof = {"a run is not there", PROOFS[0].workload, PROOFS[0].policy,
                         "(not run)",          WORD_STATUS,        GATE_MISSING};
    char what[200];
    GateFigures results = {0};
    Allowances none = {.waiver_count = 0};
    Verdict verdict;
    bool good = copy_without(&results, basis->results, proof.workload, proof.policy, error) &&
                gate_compare(&verdict, basis->baseline, &results, &none, basis->today, error);
    if (good) {
        int code = verdict_code(&verdict);
        bool shown = code == 1 && verdict.counts[GATE_MISSING] == 1;
        snprintf(what, sizeof what, "%s under %s: exit code %d, %llu missing", proof.workload,
                 proof.policy, code, (unsigned long long)verdict.counts[GATE_MISSING]);
        tell(tally, shown, proof.kind, what);
        verdict_free(&verdict);
    }
    gate_figures_free(&results);
    return good;
}

// ---- a baseline that is no judge ----

// Would these bytes be taken for a baseline?
static void prove_refused(const char *kind, char *text, size_t length, Tally *tally) {
    GateFigures figures = {0};
    Error error = {0};
    bool taken = baseline_parse(&figures, "baseline", text, length, &error);
    tell(tally, !taken, kind, taken ? "it was taken for a baseline" : error.text);
    gate_figures_free(&figures);
}

static void prove_damage(const ProofBasis *basis, Tally *tally) {
    size_t length = 0;
    char *text = baseline_text(basis->baseline, &length), *last = NULL;
    text[length - 1] = '\0';  // at the end of a line, where nothing else would show it
    last = strrchr(text, '\n') + 1;
    prove_refused("truncated baseline", text, (size_t)(last - text), tally);
    free(text);
    text = baseline_text(basis->baseline, &length);
    text[length - 2] = text[length - 2] == '1' ? '2' : '1';
    prove_refused("edited baseline", text, length, tally);
    free(text);
}

// The baseline says something else about the inputs: nothing may be said about the figures.
static bool prove_mismatch(const ProofBasis *basis, const char *metric, Tally *tally,
                           Error *error) {
    GateFigures other = {0};
    Verdict verdict;
    Error why = {0};
    Allowances none = {.waiver_count = 0};
    char kind[64];
    bool changed = false;
    for (size_t i = 0; i < basis->baseline->count; i++) {
        GateFigure row = basis->baseline->rows[i];
        if (!changed && strcmp(row.metric, metric) == 0) {
            row.value = "other";
            changed = true;
        }
        if (!gate_figures_add(&other, row, error)) return false;
    }
    snprintf(kind, sizeof kind, "other %s", metric);
    bool judged = gate_compare(&verdict, &other, basis->results, &none, basis->today, &why);
    tell(tally, !judged, kind, judged ? "the gate judged all the same" : why.text);
    if (judged) verdict_free(&verdict);
    gate_figures_free(&other);
    return true;
}

bool gate_prove(const ProofBasis *basis, unsigned *failed, Error *error) {
    static const char *const inputs[] = {"behaviour", "cost_model", "workload_digest",
                                         "stream_digest"};
    Tally tally = {0, 0};
    prove_green(basis, &tally);
    for (size_t i = 0; i < ARRAY_LENGTH(PROOFS); i++)
        if (!prove_red(basis, &PROOFS[i], &tally, error)) return false;
    if (!prove_missing(basis, &tally, error)) return false;
    prove_damage(basis, &tally);
    for (size_t i = 0; i < ARRAY_LENGTH(inputs); i++)
        if (!prove_mismatch(basis, inputs[i], &tally, error)) return false;
    printf("%u passed, %u failed\n", tally.passed, tally.failed);
    *failed = tally.failed;
    return true;
}
