// gate_prove.h -- ouro gate --prove: shows that the gate can say no
#ifndef OURO_GATE_PROVE_H
#define OURO_GATE_PROVE_H

#include "allowances.h"
#include "gate_figures.h"

// What the proofs start from: settled figures of an unchanged suite and the baseline they belong
// to. Waivers and tolerances hold for the unchanged run only: none may hide a proof.
typedef struct {
    const GateFigures *baseline, *results;
    Allowances *allowances;
    const char *today;
} ProofBasis;

// Runs every proof and prints a line for each, then `N passed, N failed`. *failed: how many. False
// with `error` when one could not be run at all.
bool gate_prove(const ProofBasis *basis, unsigned *failed, Error *error);

#endif
