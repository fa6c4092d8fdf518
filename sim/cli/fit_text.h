// fit_text.h -- a fitted workload, as people read and change it
#ifndef OURO_FIT_TEXT_H
#define OURO_FIT_TEXT_H

#include <stdio.h>

#include "trace_fit.h"

// The text of a workload (ouro help workload). `trace` names the recording, in the comment on top.
void fit_text_write(FILE *file, const TraceFit *fit, const TraceFitter *fitter, const char *trace);

#endif
